import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiProperty } from '@nestjs/swagger';
import { ACCOUNT_CLASSES, accountClassOf, normalSideOf } from '#ledger/posting/account-class.js';
import {
  LedgerBalanceReader,
  type LedgerAccountRow,
} from '#read-models/queries/ledger-balance-reader.js';
import { isRefusal, type Refusal } from '../http/refusal.js';
import { listPage, type PageRequest } from '../page/list-page.js';
import { ListResource } from '../page/list-resource.js';
import { PageTokens } from '../page/page-tokens.js';
import { PositionGate, type PositionWait } from '../position/position-gate.js';

export class ListLedgerAccounts extends Query<LedgerAccountListResource | Refusal> {
  readonly page: PageRequest;
  readonly wait: PositionWait;

  constructor(page: PageRequest, wait: PositionWait) {
    super();
    this.page = page;
    this.wait = wait;
  }
}

/** An account of the ledger, which is there from its first entry on. */
export class LedgerAccountResource {
  @ApiProperty({ example: 'assets:provider:cobru-test' })
  readonly account!: string;

  @ApiProperty({ enum: ACCOUNT_CLASSES })
  readonly class!: string;

  @ApiProperty({ enum: ['debit', 'credit'], description: 'The side that raises it.' })
  readonly normalSide!: string;

  @ApiProperty({ type: [String], example: ['COP'] })
  readonly currencies!: readonly string[];
}

export class LedgerAccountListResource extends ListResource {
  @ApiProperty({ type: () => [LedgerAccountResource], description: 'By name.' })
  readonly items!: readonly LedgerAccountResource[];
}

@QueryHandler(ListLedgerAccounts)
export class ListLedgerAccountsHandler implements IQueryHandler<ListLedgerAccounts> {
  readonly #balances: LedgerBalanceReader;
  readonly #tokens: PageTokens;
  readonly #gate: PositionGate;

  constructor(balances: LedgerBalanceReader, tokens: PageTokens, gate: PositionGate) {
    this.#balances = balances;
    this.#tokens = tokens;
    this.#gate = gate;
  }

  async execute({ page, wait }: ListLedgerAccounts): Promise<LedgerAccountListResource | Refusal> {
    const refusal = await this.#gate.pass(wait);
    if (refusal !== null) return refusal;
    const request = { ...page, scope: { list: 'ledger-accounts', filter: {} } };
    const list = await listPage(this.#tokens, request, {
      // Accounts are few: one walk over their keys finds them all.
      read: async ({ after, rowsMax }) => {
        const accounts = accountsOf(await this.#balances.books());
        const start =
          after === null ? 0 : accounts.findIndex(({ account }) => account === after) + 1;
        return accounts.slice(start, start + rowsMax);
      },
      keyOf: ({ account }) => account,
    });
    return isRefusal(list) ? list : { ...list, items: list.items };
  }
}

function accountsOf(books: readonly LedgerAccountRow[]): readonly LedgerAccountResource[] {
  return [...Map.groupBy(books, ({ account }) => account)].map(([account, rows]) => ({
    account,
    class: accountClassOf(account),
    normalSide: normalSideOf(account),
    currencies: [...new Set(rows.map(({ currency }) => currency))].sort(),
  }));
}
