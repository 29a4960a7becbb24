import type { Layer } from '#ledger/posting/posting.js';
import type { Queryable } from '#read-models/database.js';
import type { Generation } from '#read-models/fold/fold-schema.js';

/** The live books, inside one transaction that sees one moment of them. */
export type BooksSnapshot = {
  readonly db: Queryable;
  readonly schema: string;
  readonly generation: Generation;
};

/** What one subject's entries sum to, by `layer account currency exponent`. */
export type BookedSubject = {
  readonly subject: string;
  readonly balances: ReadonlyMap<
    string,
    {
      readonly layer: Layer;
      readonly account: string;
      readonly currency: string;
      readonly exponent: number;
      readonly minor: bigint;
    }
  >;
};

const PAGE_ROWS = 5_000;

/** A partition's subjects that have entries, in the order of their keys: memory stays flat. */
export async function* bookedSubjects(
  { db, schema }: BooksSnapshot,
  partition: number,
): AsyncGenerator<BookedSubject> {
  const cursor = `booked_${partition}`;
  await db.query(
    `declare ${cursor} no scroll cursor for
     select subject, layer, ledger_account, currency, exponent, sum(amount_minor)::text as minor
       from ${schema}.ledger_entries where partition = ${partition}
      group by subject, layer, ledger_account, currency, exponent
      order by subject collate "C"`,
  );
  let open = null as { readonly subject: string; readonly rows: BalanceRow[] } | null;
  for (;;) {
    const page = await db.query<BalanceRow>(`fetch ${PAGE_ROWS} from ${cursor}`);
    for (const row of page.rows) {
      if (open !== null && open.subject !== row.subject) yield bookedSubject(open);
      if (open?.subject === row.subject) open.rows.push(row);
      else open = { subject: row.subject, rows: [row] };
    }
    if (page.rows.length < PAGE_ROWS) break;
  }
  if (open !== null) yield bookedSubject(open);
  await db.query(`close ${cursor}`);
}

type BalanceRow = {
  readonly subject: string;
  readonly layer: Layer;
  readonly ledger_account: string;
  readonly currency: string;
  readonly exponent: number;
  readonly minor: string;
};

function bookedSubject({
  subject,
  rows,
}: {
  readonly subject: string;
  readonly rows: readonly BalanceRow[];
}): BookedSubject {
  return {
    subject,
    balances: new Map(
      rows.map(({ layer, ledger_account: account, currency, exponent, minor }) => [
        `${layer} ${account} ${currency} ${exponent}`,
        { layer, account, currency, exponent, minor: BigInt(minor) },
      ]),
    ),
  };
}

/** Up to where the snapshot has folded each partition. */
export async function foldedPositions({
  db,
  generation: { version, generation },
}: BooksSnapshot): Promise<readonly bigint[]> {
  const { rows } = await db.query<{ next_position: string }>(
    `select next_position from ops.checkpoints
      where version = $1 and generation = $2 order by partition`,
    [version, generation],
  );
  return rows.map((row) => BigInt(row.next_position));
}

export async function parkedPositions(
  { db, schema }: BooksSnapshot,
  partition: number,
): Promise<ReadonlySet<bigint>> {
  const { rows } = await db.query<{ position: string }>(
    `select position from ${schema}.parked_records where partition = $1`,
    [partition],
  );
  return new Set(rows.map(({ position }) => BigInt(position)));
}
