import { hash } from 'node:crypto';
import { dashed } from '#events/uuid.js';
import { mayConfirm } from '#ledger/trust.js';
import type { Queryable } from '#read-models/database.js';
import { arrayParameter } from '#read-models/writes/array-parameters.js';
import type { EventMeaning } from './fold-payments.js';
import type { Interpreted } from './meaning.js';
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
  /** Of the facts, where the record is the first to tell its event: later ones are judged by it. */
  readonly digest: string | null;
};

/** An input that is already decided: parked records keep their place among the others. */
export type Foldable = { readonly input: Interpreted; readonly parkedFor: string | null };

/**
 * Dedupes for ever on (account, subject, eventType, id). `known` are the digests that were stored before
 * this batch; only the partition's owner gets here, behind the checkpoint's lock, so reading before
 * writing cannot race.
 */
export function dedupe(
  foldable: readonly Foldable[],
  known: ReadonlyMap<string, string>,
): readonly Deduped[] {
  const digests = new Map(known);
  return foldable.map(({ input, parkedFor }): Deduped => {
    const { meaning } = input;
    const undigested = (outcome: Outcome, reason: string | null): Deduped => ({
      input,
      outcome,
      reason,
      digest: null,
    });
    if (parkedFor !== null) return undigested('parked', parkedFor);
    if (meaning.kind === 'poison') return undigested('parked', meaning.reason);
    if (meaning.kind === 'ignored') return undigested('ignored', meaning.reason);
    if (meaning.kind === 'period-close') return undigested('applied', null);
    const digest = factsDigest(meaning);
    const before = digests.get(meaning.eventId);
    if (before === undefined) digests.set(meaning.eventId, digest);
    const judged = judge(meaning, { known: before, digest });
    return { input, ...judged, digest: before === undefined ? digest : null };
  });
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
    name: `${schema}.deliveries.known`,
    text: `select event_id, facts_digest from ${schema}.deliveries
            where event_id = any($1::uuid[]) and facts_digest is not null`,
    values: [arrayParameter('uuid', ids)],
  });
  return new Map(rows.map((row) => [row.event_id, row.facts_digest]));
}

function judge(
  { trust, observation, event }: EventMeaning,
  { known, digest }: { known: string | undefined; digest: string },
): Pick<Deduped, 'outcome' | 'reason'> {
  const { tells } = event;
  const foundNothing =
    observation.lookup !== null && tells.about === 'payment' && tells.fact === null;
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
