import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { EventLog } from '#event-log/event-log.js';
import { decodePosition, encodePosition } from '#events/position.js';
import { formatMajorUnits } from '#ledger/money.js';
import {
  LedgerBookReader,
  type BookExtent,
  type BookSpan,
} from '#read-models/queries/ledger-book-reader.js';
import { OperationsReader } from '#read-models/queries/operations-reader.js';
import { NOTHING_FOLDED, type Refusal } from '../http/refusal.js';
import { PositionGate } from '../position/position-gate.js';
import type { BookRow } from './book-format.js';
import { ENTRY_COLUMNS, entryRow } from './book-row.js';

export type BookWalkRequest = {
  /** A statement of this account; null is the whole ledger. */
  readonly account: string | null;
  readonly span: BookSpan;
  readonly asOfPosition: string | null;
};

/** Rows of the books at one position: those that there are, or that there were at the position asked for. */
export type BookWalk = {
  readonly position: string;
  readonly columns: readonly string[];
  readonly rows: AsyncIterable<BookRow>;
};

export class WalkBooks extends Query<BookWalk | Refusal> {
  readonly request: BookWalkRequest;

  constructor(request: BookWalkRequest) {
    super();
    this.request = request;
  }
}

@QueryHandler(WalkBooks)
export class WalkBooksHandler implements IQueryHandler<WalkBooks> {
  readonly #books: LedgerBookReader;
  readonly #operations: OperationsReader;
  readonly #gate: PositionGate;
  readonly #log: EventLog;

  constructor(
    books: LedgerBookReader,
    operations: OperationsReader,
    gate: PositionGate,
    log: EventLog,
  ) {
    this.#books = books;
    this.#operations = operations;
    this.#gate = gate;
    this.#log = log;
  }

  async execute({ request }: WalkBooks): Promise<BookWalk | Refusal> {
    const { account, span, asOfPosition } = request;
    const position = asOfPosition ?? (await this.#currentPosition());
    if (position === null) return NOTHING_FOLDED;
    const refusal = await this.#gate.pass({ minPosition: position });
    if (refusal !== null) return refusal;
    const vector = decodePosition(position, this.#log);
    if ('refused' in vector) {
      return { refused: vector.refused, detail: 'The position is not known.' };
    }
    const extent = await this.#books.extentAt(vector.next);
    return account === null
      ? { position, columns: ENTRY_COLUMNS, rows: this.#ledgerRows(extent, span) }
      : { position, columns: STATEMENT_COLUMNS, rows: this.#statementRows(account, extent, span) };
  }

  async #currentPosition(): Promise<string | null> {
    const checkpoints = await this.#operations.liveCheckpoints();
    if (checkpoints.length === 0) return null;
    const next = Array.from(
      { length: this.#log.partitions },
      (_, partition) => checkpoints.find((one) => one.partition === partition)?.next ?? 0n,
    );
    return encodePosition({ logId: this.#log.logId, next });
  }

  async *#ledgerRows(extent: BookExtent, span: BookSpan): AsyncGenerator<BookRow> {
    for await (const entry of this.#books.entries(extent, span)) yield entryRow(entry);
  }

  /** What there was, every entry with what there is after it, and what there is, by currency. */
  async *#statementRows(
    account: string,
    extent: BookExtent,
    span: BookSpan,
  ): AsyncGenerator<BookRow> {
    const balances = new Map<string, Balance>();
    for (const sum of await this.#books.sumsBefore(account, extent, span.from)) {
      const { currency, exponent } = sum;
      const minor = BigInt(sum.debitMinor) - BigInt(sum.creditMinor);
      const balance = { account, currency, exponent, minor };
      balances.set(keyOf(balance), balance);
      yield balanceRow('opening', balance, span.from);
    }
    for await (const entry of this.#books.entriesOf(account, extent, span)) {
      const { currency, exponent } = entry;
      const before = balances.get(keyOf({ currency, exponent }))?.minor ?? 0n;
      const balance = { account, currency, exponent, minor: before + BigInt(entry.amountMinor) };
      balances.set(keyOf(balance), balance);
      yield { type: 'entry', ...entryRow(entry), balance: formatMajorUnits(balance) };
    }
    for (const balance of balances.values()) yield balanceRow('closing', balance, span.before);
  }
}

const STATEMENT_COLUMNS = ['type', ...ENTRY_COLUMNS, 'balance'];

type Balance = {
  readonly account: string;
  readonly currency: string;
  readonly exponent: number;
  /** Debits less credits. */
  readonly minor: bigint;
};

function keyOf({ currency, exponent }: Pick<Balance, 'currency' | 'exponent'>): string {
  return `${currency} ${exponent}`;
}

function balanceRow(type: 'opening' | 'closing', balance: Balance, at: string | null): BookRow {
  const { account, currency, exponent, minor } = balance;
  return {
    ...NO_ENTRY,
    type,
    effectiveAt: at,
    account,
    currency,
    minorUnits: minor.toString(),
    exponent,
    balance: formatMajorUnits(balance),
  };
}

/** An opening or closing row is of no entry. */
const NO_ENTRY: BookRow = Object.fromEntries(STATEMENT_COLUMNS.map((column) => [column, null]));
