import type { Observation } from '#events/observation.js';
import { subjectKey } from '#events/subject.js';
import { inForce } from '../dated.js';
import { readFacts } from '../facts.js';
import type { Interpretation } from '../provider.js';
import { interpretAnswer } from './interpret-answer.js';
import { toldOfPayment } from './interpret-payment.js';
import { toldOfSubscription } from './interpret-subscription.js';
import { mintcashKeys } from './keys.js';
import { MINTCASH_MEMBERS, MINTCASH_PROFILES, type MintCashProfile } from './profile.js';

/** What a MintCash webhook means, or what a lookup answered. */
export function interpretMintCash(observation: Observation, recordedAtMs: number): Interpretation {
  const profile = inForce(MINTCASH_PROFILES, recordedAtMs);
  if (observation.kind === 'webhook') return interpretWebhook(observation, profile);
  if (observation.kind === 'lookup') return interpretAnswer(observation, profile);
  return { ignored: 'not-interpreted' };
}

/** The event's name decides; `type` and `data.status` only help. */
function interpretWebhook(observation: Observation, profile: MintCashProfile): Interpretation {
  const { body } = readFacts(observation.value, MINTCASH_MEMBERS.valueTree);
  if (body === null) return { ignored: 'unreadable-body' };
  const { subject, eventType, dedupeId } = mintcashKeys(body);
  if (eventType === null) return { ignored: 'no-event' };
  const told = eventType.startsWith('subscription.')
    ? toldOfSubscription(body, { eventType, profile })
    : toldOfPayment(body, { eventType, profile });
  if ('ignored' in told) return told;
  if (
    subject === null ||
    subjectKey({ account: observation.account, ...subject }) !== observation.subject
  ) {
    return { ignored: 'no-subject' };
  }
  return {
    event: {
      eventType,
      dedupeId: dedupeId ?? observation.bodyDigest,
      providerEventId: dedupeId,
      ...told,
    },
  };
}
