import { mayConfirm } from '#ledger/trust.js';
import { parseSubjectKey } from '#events/subject.js';
import type { Row } from '#read-models/writes/column-values.js';
import type { Deduped } from './dedupe.js';
import type { EventMeaning } from './fold-payments.js';

/** The rows of subscriptions and customers that a batch's facts make: of each, the newest fact. */
export type LatestRows = {
  readonly subscriptions: readonly Row[];
  readonly customers: readonly Row[];
};

type Latest = {
  readonly row: Row;
  /** Rank, provider's time, fact id: who is greatest speaks. As the tables' `newestBy`. */
  readonly order: readonly [rank: number, toldAt: string, factId: string];
};

/**
 * Subscriptions and customers are registers: whichever trusted fact is the newest by the provider's own
 * time speaks, so neither order nor duplicates change what they end as. What the tables hold already is
 * compared by the statement that writes.
 */
export function foldLatest(deduped: readonly Deduped[]): LatestRows {
  const newest = { subscription: new Map<string, Latest>(), customer: new Map<string, Latest>() };
  for (const { input, outcome } of deduped) {
    const { meaning, recordedAtMs } = input;
    if (meaning.kind !== 'event' || outcome !== 'applied' || !mayConfirm(meaning.trust)) continue;
    const { about } = meaning.event.tells;
    if (about !== 'subscription' && about !== 'customer') continue;
    const latest = toLatest(meaning, recordedAtMs);
    const before = newest[about].get(meaning.subjectId);
    if (latest === null || (before !== undefined && !isNewer(latest, before))) continue;
    newest[about].set(meaning.subjectId, latest);
  }
  return { subscriptions: rowsOf(newest.subscription), customers: rowsOf(newest.customer) };
}

/** Stands for the time of a fact whose provider states none: any other is newer. */
const NO_TIME = '1970-01-01T00:00:00.000Z';

function toLatest(meaning: EventMeaning, recordedAtMs: number): Latest | null {
  const { observation, event, eventId, subjectId } = meaning;
  const { tells } = event;
  const { account, reference } = parseSubjectKey(observation.subject);
  const identity = [subjectId, account, observation.schema.provider, reference];
  if (tells.about === 'subscription') {
    const { fact } = tells;
    const toldAt = fact.occurredAt ?? NO_TIME;
    return {
      order: [fact.rank, toldAt, eventId],
      row: [
        ...identity,
        fact.clientReference,
        fact.status,
        fact.amount?.currency ?? null,
        fact.amount?.exponent ?? null,
        fact.amount?.minor ?? null,
        fact.intervalDays,
        fact.currentPeriodStart,
        fact.currentPeriodEnd,
        fact.rank,
        toldAt,
        eventId,
        recordedAtMs,
      ],
    };
  }
  if (tells.about === 'customer') {
    const { fact } = tells;
    const toldAt = fact.occurredAt ?? NO_TIME;
    return {
      order: [0, toldAt, eventId],
      row: [
        ...identity,
        fact.level,
        fact.isAutoCreated,
        fact.documents,
        toldAt,
        eventId,
        recordedAtMs,
      ],
    };
  }
  return null;
}

function isNewer({ order: a }: Latest, { order: b }: Latest): boolean {
  if (a[0] !== b[0]) return a[0] > b[0];
  return a[1] === b[1] ? a[2] > b[2] : a[1] > b[1];
}

/** Sorted, as every set of rows is that is written. */
function rowsOf(latest: ReadonlyMap<string, Latest>): readonly Row[] {
  return [...latest].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { row }]) => row);
}
