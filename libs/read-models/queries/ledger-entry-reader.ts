import type { Database } from '../database.js';
import { LedgerEntryEntity } from '../entities/ledger-entry.entity.js';
import { DeliveryEntity } from '../entities/delivery.entity.js';
import { PaymentEntity } from '../entities/payment.entity.js';
import { accountCondition, hasSubject, prefixOf, subjectIdsSql } from './ledger-scope.js';
import type { LedgerScope } from './ledger-scope.js';
import type { ReadModels } from './read-models.js';

/** Which entries; null is any. Times are by when an entry counts: ISO 8601 in UTC. */
export type EntryFilter = LedgerScope & {
  readonly eventId: string | null;
  readonly from: string | null;
  /** No entry meant reaches it. */
  readonly before: string | null;
};

/** Where a page of entries starts: behind this one. */
export type EntryKey = {
  readonly effectiveAt: string;
  readonly partition: number;
  readonly sequence: string;
};

export type EntryProvenance = {
  readonly entry: LedgerEntryEntity;
  /** The record of the log that posted it. */
  readonly delivery: DeliveryEntity | null;
  readonly movement: PaymentEntity | null;
};

export class LedgerEntryReader {
  readonly #database: Database;
  readonly #readModels: ReadModels;

  constructor(database: Database, readModels: ReadModels) {
    this.#database = database;
    this.#readModels = readModels;
  }

  /** By the time that they count at, then in the order of the chains. */
  async list(
    filter: EntryFilter,
    page: { readonly after: EntryKey | null; readonly rowsMax: number },
  ): Promise<readonly LedgerEntryEntity[]> {
    const { after, rowsMax } = page;
    const common = [
      filter.account,
      prefixOf(filter),
      filter.currency,
      filter.layer,
      after?.effectiveAt ?? filter.from ?? '-infinity',
      filter.before ?? 'infinity',
      after?.partition ?? null,
      after?.sequence ?? null,
      rowsMax,
    ];
    const { rows } = await this.#database.query<LedgerEntryEntity>(statementOf(filter, common));
    return rows;
  }

  async find(entryId: string): Promise<EntryProvenance | null> {
    const entry = await this.#readModels.repository(LedgerEntryEntity).findOneBy({ entryId });
    if (entry === null) return null;
    const { observationId, partition, subjectId } = entry;
    const [delivery, movement] = await Promise.all([
      // The same record may stand in the log twice; the first one is what posted.
      this.#readModels.repository(DeliveryEntity).findOne({
        where: { observationId, partition },
        order: { position: 'ASC' },
      }),
      this.#readModels.repository(PaymentEntity).findOneBy({ paymentId: subjectId }),
    ]);
    return { entry, delivery, movement };
  }

  /** What one event posted, in the order of its lines. */
  async ofEvent(entry: LedgerEntryEntity): Promise<readonly LedgerEntryEntity[]> {
    return this.#readModels.repository(LedgerEntryEntity).find({
      where: { subjectId: entry.subjectId, eventId: entry.eventId },
      order: { sequence: 'ASC' },
    });
  }
}

function statementOf(
  filter: EntryFilter,
  common: readonly unknown[],
): { readonly name: string; readonly text: string; readonly values: unknown[] } {
  const { orderId, paymentId, eventId } = filter;
  if (hasSubject(filter)) {
    const values = [...common, orderId, paymentId, eventId];
    return { name: 'cuadre.ledger-entries-of-subjects', text: ENTRIES_OF_SUBJECTS, values };
  }
  return eventId === null
    ? { name: 'cuadre.ledger-entries', text: ENTRIES, values: [...common] }
    : {
        name: 'cuadre.ledger-entries-of-event',
        text: ENTRIES_OF_EVENT,
        values: [...common, eventId],
      };
}

const COLUMNS = `e.partition, e.sequence, e.entry_id as "entryId", e.event_id as "eventId",
  e.observation_id as "observationId", e.subject, e.subject_id as "subjectId", e.line, e.layer,
  e.ledger_account as "ledgerAccount", e.currency, e.exponent, e.amount_minor as "amountMinor",
  e.effective_at as "effectiveAt", e.told_at as "toldAt", e.recorded_at as "recordedAt", e.reason,
  e.hash`;

const MATCHES = `
    ($3::text is null or e.currency = $3) and ($4::text is null or e.layer = $4)
    and e.effective_at >= $5::timestamptz and e.effective_at < $6::timestamptz
    and ($7::int is null or (e.effective_at, e.partition, e.sequence)
      > ($5::timestamptz, $7::int, $8::bigint))`;

/**
 * A page of each account by its index, merged: no index holds all entries by time, and an account holds
 * its own.
 */
const ENTRIES = `
  with recursive account as (
    (select ledger_account as name from cuadre.ledger_days order by ledger_account limit 1)
    union all
    select next.ledger_account from account cross join lateral (
      select d.ledger_account from cuadre.ledger_days d where d.ledger_account > account.name
      order by d.ledger_account limit 1
    ) as next
  ), wanted as materialized (
    select name from account where ${accountCondition('name', { account: '$1', prefix: '$2' })}
  )
  select e.* from wanted cross join lateral (
    select ${COLUMNS} from cuadre.ledger_entries e
    where e.ledger_account = wanted.name and ${MATCHES}
    order by e.effective_at, e.partition, e.sequence limit $9::int
  ) as e
  order by e."effectiveAt", e.partition, e.sequence
  limit $9::int`;

const ENTRIES_OF_SUBJECTS = `
  select ${COLUMNS} from cuadre.ledger_entries e
  where ${accountCondition('e.ledger_account', { account: '$1', prefix: '$2' })} and ${MATCHES}
    and e.subject_id = any(${subjectIdsSql({ orderId: '$10', paymentId: '$11' })})
    and ($12::uuid is null or e.event_id = $12)
  order by e.effective_at, e.partition, e.sequence
  limit $9::int`;

/** An event is found by the record that told it first, which names the subject. */
const ENTRIES_OF_EVENT = `
  select ${COLUMNS} from cuadre.ledger_entries e
  where ${accountCondition('e.ledger_account', { account: '$1', prefix: '$2' })} and ${MATCHES}
    and e.event_id = $10::uuid
    and e.subject_id = any(array(
      select d.subject_id from cuadre.deliveries d
       where d.event_id = $10 and d.facts_digest is not null))
  order by e.effective_at, e.partition, e.sequence
  limit $9::int`;
