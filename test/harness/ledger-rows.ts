import { subjectIdOf } from '#events/ids.js';
import { uuidV5 } from '#events/uuid.js';
import type { EntryLine } from '#ledger/posting/posting.js';
import type { BooksStep } from '#projection/books/fold-books.js';
import { readBooksHead, writeBooks } from '#projection/books/write-books.js';
import { FOLD_VERSION } from '#projection/fold-version.js';
import { inTransaction, type Database } from '#read-models/database.js';
import { foldSchemaName } from '#read-models/fold/fold-schema.js';

/** What one event posts, written as the fold writes it, at a time of the spec's choice. */
export type PostedEvent = {
  readonly subject: string;
  /** Tells the events of one subject apart; also its id, behind a prefix. */
  readonly name: string;
  /** When the log took it, ISO 8601 in UTC with milliseconds. */
  readonly recordedAt: string;
  readonly lines: readonly PostedLine[];
};

export type PostedLine = Pick<EntryLine, 'account' | 'minor' | 'effectiveAt'> & Partial<EntryLine>;

export function eventIdOf(subject: string, name: string): string {
  return uuidV5(`spec-event/${subject}/${name}`);
}

export function observationIdOf(subject: string, name: string): string {
  return uuidV5(`spec-observation/${subject}/${name}`);
}

/** Posts to one partition of the live generation, in this order. */
export async function postEvents(
  database: Database,
  events: readonly PostedEvent[],
  partition = 0,
): Promise<void> {
  const schema = foldSchemaName({ version: FOLD_VERSION, generation: 1 });
  await inTransaction(database, async (tx) => {
    const head = await readBooksHead(tx, schema, partition);
    await writeBooks(tx, schema, { partition, head, steps: events.map(stepOf) });
    await tx.query(`delete from ${schema}.open_items`);
    await tx.query(openItemsSql(schema));
  });
}

/** What the entries leave open, a refund with its payment: as the fold keeps it by each subject's set. */
function openItemsSql(schema: string): string {
  return `
    insert into ${schema}.open_items
    select coalesce(p.parent_id, e.subject_id), e.ledger_account, e.currency, e.exponent, e.subject_id,
           case when starts_with(e.ledger_account, 'suspense:') then e.line else '' end, min(e.subject),
           sum(e.amount_minor), min(e.effective_at), max(e.reason)
      from ${schema}.ledger_entries e left join ${schema}.payments p on p.payment_id = e.subject_id
     where e.layer = 'posted' and e.ledger_account ~ '^(assets:provider|suspense):'
     group by 1, 2, 3, 4, 5, 6 having sum(e.amount_minor) <> 0`;
}

/** A debit and its credit. */
export function transfer(
  [debit, credit]: readonly [debit: string, credit: string],
  minor: bigint,
  line: Omit<PostedLine, 'account' | 'minor'>,
): readonly PostedLine[] {
  return [
    { ...line, account: debit, minor },
    { ...line, account: credit, minor: -minor },
  ];
}

function stepOf({ subject, name, recordedAt, lines }: PostedEvent): BooksStep {
  return {
    type: 'post',
    eventId: eventIdOf(subject, name),
    observationId: observationIdOf(subject, name),
    subject,
    subjectId: subjectIdOf(subject),
    recordedAt,
    lines: lines.map((line) => ({
      line: 'success',
      layer: 'posted',
      currency: 'ARS',
      exponent: 2,
      reason: null,
      ...line,
    })),
  };
}
