import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiProperty } from '@nestjs/swagger';
import { moneyToJson } from '#ledger/money.js';
import { ACCOUNT_CLASSES, accountClassOf, normalSideOf } from '#ledger/posting/account-class.js';
import { LAYERS, type Layer } from '#ledger/posting/posting.js';
import {
  LedgerBalanceReader,
  type BalanceRow,
  type BookTimes,
} from '#read-models/queries/ledger-balance-reader.js';
import { WHOLE_LEDGER } from '#read-models/queries/ledger-scope.js';
import type { Refusal } from '../http/refusal.js';
import { MoneyResource } from '../order/money-resource.js';
import { PositionGate, type PositionWait } from '../position/position-gate.js';

export class GetTrialBalance extends Query<TrialBalanceResource | Refusal> {
  readonly layer: Layer;
  readonly times: BookTimes;
  readonly wait: PositionWait;

  constructor(layer: Layer, times: BookTimes, wait: PositionWait) {
    super();
    this.layer = layer;
    this.times = times;
    this.wait = wait;
  }
}

const side = { type: () => MoneyResource, nullable: true } as const;

/** An account in one currency, on the side where its balance is. */
export class TrialBalanceLineResource {
  @ApiProperty({ example: 'assets:provider:cobru-test' })
  readonly account!: string;

  @ApiProperty({ enum: ACCOUNT_CLASSES })
  readonly class!: string;

  @ApiProperty({ example: 'COP' })
  readonly currency!: string;

  @ApiProperty({ ...side, description: 'Null where the balance is a credit.' })
  readonly debit!: MoneyResource | null;

  @ApiProperty({ ...side, description: 'Null where the balance is a debit.' })
  readonly credit!: MoneyResource | null;
}

export class TrialBalanceTotalResource {
  @ApiProperty({ example: 'COP' })
  readonly currency!: string;

  @ApiProperty({ type: () => MoneyResource })
  readonly debit!: MoneyResource;

  @ApiProperty({ type: () => MoneyResource })
  readonly credit!: MoneyResource;

  @ApiProperty()
  readonly isBalanced!: boolean;
}

export class TrialBalanceResource {
  @ApiProperty({ enum: LAYERS })
  readonly layer!: string;

  @ApiProperty({ description: 'Debits equal credits in every currency.' })
  readonly isBalanced!: boolean;

  @ApiProperty({ type: () => [TrialBalanceLineResource], description: 'By account and currency.' })
  readonly lines!: readonly TrialBalanceLineResource[];

  @ApiProperty({ type: () => [TrialBalanceTotalResource], description: 'One for each currency.' })
  readonly totals!: readonly TrialBalanceTotalResource[];
}

@QueryHandler(GetTrialBalance)
export class GetTrialBalanceHandler implements IQueryHandler<GetTrialBalance> {
  readonly #balances: LedgerBalanceReader;
  readonly #gate: PositionGate;

  constructor(balances: LedgerBalanceReader, gate: PositionGate) {
    this.#balances = balances;
    this.#gate = gate;
  }

  async execute({ layer, times, wait }: GetTrialBalance): Promise<TrialBalanceResource | Refusal> {
    const refusal = await this.#gate.pass(wait);
    if (refusal !== null) return refusal;
    const rows = await this.#balances.balances({ ...WHOLE_LEDGER, layer }, times, {
      after: null,
      rowsMax: null,
    });
    return trialBalanceOf(layer, rows);
  }
}

/** Each account on the side of its balance, and both sides added up. */
export function trialBalanceOf(layer: Layer, rows: readonly BalanceRow[]): TrialBalanceResource {
  const byCurrency = Map.groupBy(rows, ({ currency, exponent }) => `${currency} ${exponent}`);
  const totals = [...byCurrency]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, own]) => totalOf(own));
  return {
    layer,
    isBalanced: totals.every(({ isBalanced }) => isBalanced),
    lines: rows.map(lineOf),
    totals,
  };
}

function balanceOf({ debitMinor, creditMinor }: BalanceRow): bigint {
  return BigInt(debitMinor) - BigInt(creditMinor);
}

function lineOf(row: BalanceRow): TrialBalanceLineResource {
  const { account, currency, exponent } = row;
  const balance = balanceOf(row);
  const isDebit = balance === 0n ? normalSideOf(account) === 'debit' : balance > 0n;
  const shown = moneyToJson({ minor: isDebit ? balance : -balance, currency, exponent });
  return {
    account,
    class: accountClassOf(account),
    currency,
    debit: isDebit ? shown : null,
    credit: isDebit ? null : shown,
  };
}

function totalOf(rows: readonly BalanceRow[]): TrialBalanceTotalResource {
  const { currency = '', exponent = 0 } = rows[0] ?? {};
  const balances = rows.map(balanceOf);
  const debit = balances.reduce((sum, minor) => (minor > 0n ? sum + minor : sum), 0n);
  const credit = balances.reduce((sum, minor) => (minor < 0n ? sum - minor : sum), 0n);
  return {
    currency,
    debit: moneyToJson({ minor: debit, currency, exponent }),
    credit: moneyToJson({ minor: credit, currency, exponent }),
    isBalanced: debit === credit,
  };
}
