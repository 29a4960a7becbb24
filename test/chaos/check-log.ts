import { createHash } from 'node:crypto';
import { Check } from './check.js';
import type { FinishedStorm } from './storm-series.js';
import type { WalkedLog } from './walk-log.js';

/** The storms ran to their end, and their senders saw what they should. */
export function checkStorms(storms: readonly FinishedStorm[]): readonly Check[] {
  const answered = new Check('every delivery was answered in the end');
  const refused = new Check('no forged signature was accepted');
  const same = new Check('the sandbox sent what was planned');
  for (const { plan, counts, isWhole, journal } of storms) {
    const { planned, accepted, givenUp, forgeriesAccepted } = counts;
    const planText = `${planned} planned, ${accepted} accepted, ${counts.refused} refused`;
    for (let n = 0; n < planned; n += 1) answered.record(n < givenUp ? planText : null);
    if (!isWhole) answered.record(`stopped half-way: ${planText}`);
    refused.record(forgeriesAccepted === 0 ? null : `${forgeriesAccepted} were accepted`);
    const bodies = new Map(plan.deliveries.map(({ id, body }) => [id, sha256(body)]));
    for (const { deliveryId, bodySha256 } of journal) {
      same.record(bodies.get(deliveryId) === bodySha256 ? null : deliveryId);
    }
  }
  return [answered, refused, same];
}

/** No observation is lost after its 2xx, and the log holds nothing that nobody sent. */
export function checkLog(
  { bodies }: WalkedLog,
  storms: readonly FinishedStorm[],
): readonly Check[] {
  const kept = new Check('every webhook answered 2xx is in the log, byte for byte');
  for (const { deliveryId, requestId, bodySha256 } of storms.flatMap(({ journal }) => journal)) {
    const found = requestId === null ? 'no request id' : (bodies.get(requestId) ?? 'nothing');
    const label = `${deliveryId} (request ${requestId ?? 'unknown'})`;
    kept.record(found === bodySha256 ? null : `${label}: found ${found}`);
  }
  const sent = new Set(
    storms.flatMap(({ plan }) => plan.deliveries.map(({ body }) => sha256(body))),
  );
  const known = new Check('every webhook in the log was sent by somebody');
  for (const [requestId, digest] of bodies) {
    known.record(sent.has(digest) ? null : `request ${requestId}: body ${digest}`);
  }
  return [kept, known];
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
