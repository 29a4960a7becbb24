/** Money from one account to another: what every contestant books. */
export type Transfer = {
  readonly id: string;
  readonly debit: number;
  readonly credit: number;
  readonly minor: number;
};

/** `spread` over all accounts on both sides, or every transfer onto the same `hot` one. */
export type Pattern = 'spread' | 'hot';

export const ACCOUNTS = 1_000;

const HOT = 0;

export function transfers(count: number, pattern: Pattern): readonly Transfer[] {
  return Array.from({ length: count }, () => {
    const debit = 1 + Math.floor(Math.random() * (ACCOUNTS - 1));
    const other = 1 + Math.floor(Math.random() * (ACCOUNTS - 1));
    return {
      id: crypto.randomUUID(),
      debit,
      credit: pattern === 'hot' ? HOT : other === debit ? HOT : other,
      minor: 1 + Math.floor(Math.random() * 100_000),
    };
  });
}

/** One way to book transfers, on tables of its own that `prepare` makes empty. */
export type Booking = {
  prepare(): Promise<void>;
  /** Books a batch, durably. Writers work at once, each with a number of its own. */
  book(batch: readonly Transfer[], writer: number): Promise<void>;
  /** What was booked, as the tables have it, and how far it is from balance. */
  check(): Promise<{ readonly transfers: number; readonly offMinor: bigint }>;
};
