import { hash } from 'node:crypto';
import { dashed } from '#events/uuid.js';
import { mayConfirm } from '#ledger/trust.js';
import type { Queryable } from '#read-models/database.js';
import { arrayParameter } from '#read-models/writes/array-parameters.js';
import type { Row } from '#read-models/writes/column-values.js';
import type { EventMeaning } from './fold-payments.js';
import type { Interpreted } from './interpret-record.js';
import { tellingText } from './telling-text.js';

/**
 * What became of a record.
 *
 * - `applied`: trusted, first of its key · `duplicate`: the same facts again · `conflict`: the same key
 *   with other facts, recorded and flagged, never applied · `claim`: untrusted, moves `reported` only ·
 *   `ignored`: kept without effect · `parked`: waits for its subject's release.
 */
export type Outcome = 'applied' | 'duplicate' | 'conflict' | 'claim' | 'ignored' | 'parked';

export type Deduped = {
  readonly input: Interpreted;
  readonly outcome: Outcome;
  readonly reason: string | null;
};

/** An input that is already decided: parked records keep their place among the others. */
export type Foldable = { readonly input: Interpreted; readonly parkedFor: string | null };

/**
 * Dedupes for ever on (account, subject, eventType, id). `known` are the digests that were stored before
 * this batch; only the partition's owner gets here, behind the checkpoint's lock, so reading before
 * writing cannot race. `fresh` are the rows to store.
 */
export function dedupe(
  foldable: readonly Foldable[],
  known: ReadonlyMap<string, string>,
): { readonly deduped: readonly Deduped[]; readonly fresh: readonly Row[] } {
  const digests = new Map(known);
  const fresh: Row[] = [];
  const deduped = foldable.map(({ input, parkedFor }): Deduped => {
    if (parkedFor !== null) return { input, outcome: 'parked', reason: parkedFor };
    const { meaning } = input;
    if (meaning.kind === 'poison') return { input, outcome: 'parked', reason: meaning.reason };
    if (meaning.kind === 'ignored') return { input, outcome: 'ignored', reason: meaning.reason };
    if (meaning.kind === 'period-close') return { input, outcome: 'applied', reason: null };
    const digest = factsDigest(meaning);
    const before = digests.get(meaning.eventId);
    if (before === undefined) {
      digests.set(meaning.eventId, digest);
      fresh.push([meaning.eventId, digest, meaning.observation.id]);
    }
    return { input, ...judge(meaning, { known: before, digest }) };
  });
  fresh.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
  return { deduped, fresh };
}

/** The digests of these events' facts, as far as they have been seen before. */
export async function knownDigests(
  tx: Queryable,
  schema: string,
  interpreted: readonly Interpreted[],
): Promise<ReadonlyMap<string, string>> {
  const ids = interpreted.flatMap(({ meaning }) =>
    meaning.kind === 'event' ? [meaning.eventId] : [],
  );
  if (ids.length === 0) return new Map();
  const { rows } = await tx.query<{ event_id: string; facts_digest: string }>({
    name: `${schema}.events.known`,
    text: `select event_id, facts_digest from ${schema}.events where event_id = any($1::uuid[])`,
    values: [arrayParameter('uuid', ids)],
  });
  return new Map(rows.map((row) => [row.event_id, row.facts_digest]));
}

function judge(
  { trust, observation, event }: EventMeaning,
  { known, digest }: { known: string | undefined; digest: string },
): Pick<Deduped, 'outcome' | 'reason'> {
  const foundNothing = observation.lookup !== null && event.tells.fact === null;
  // A claim is not a state: each one moves `reported`, dedupe only labels it.
  if (!mayConfirm(trust)) {
    const label = known === undefined ? null : known === digest ? 'duplicate' : 'conflict';
    return { outcome: 'claim', reason: label };
  }
  if (known === undefined) return { outcome: 'applied', reason: foundNothing ? 'not-found' : null };
  return { outcome: known === digest ? 'duplicate' : 'conflict', reason: null };
}

function factsDigest({ event }: EventMeaning): string {
  const hex = hash('sha256', `${event.orderId ?? ''}\n${tellingText(event.tells)}`, 'hex');
  return dashed(hex);
}
