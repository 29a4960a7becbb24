import type { Observation } from '#events/observation.js';
import { parseSubjectKey, subjectKey } from '#events/subject.js';
import type { PaymentFact } from '#ledger/payment/payment-fact.js';
import { parseAmount } from '../amount.js';
import { inForce } from '../dated.js';
import { filledTextOf, readFacts, type Facts } from '../facts.js';
import { parseInstant } from '../instant.js';
import type { Interpretation } from '../provider.js';
import { cobruKeys } from './keys.js';
import {
  COBRU_LOOKUP_MEMBERS,
  COBRU_PROFILES,
  COBRU_WEBHOOK_MEMBERS,
  REFERENCE,
  type CobruProfile,
} from './profile.js';
import { COBRU_STATES } from './statuses.js';

/** What a Cobru callback claims, or what a lookup answered. */
export function interpretCobru(observation: Observation, recordedAtMs: number): Interpretation {
  const profile = inForce(COBRU_PROFILES, recordedAtMs);
  if (observation.kind === 'webhook') return interpretCallback(observation, profile);
  if (observation.kind === 'lookup') return interpretLookup(observation, profile);
  return { ignored: 'not-interpreted' };
}

function interpretCallback(observation: Observation, profile: CobruProfile): Interpretation {
  const { body, query } = readFacts(observation.value, COBRU_WEBHOOK_MEMBERS.valueTree);
  if (body === null) return { ignored: 'unreadable-body' };
  const { subject, eventType, dedupeId } = cobruKeys(body);
  if (
    subject === null ||
    subjectKey({ account: observation.account, ...subject }) !== observation.subject
  ) {
    return { ignored: 'no-subject' };
  }
  if (subject.kind !== 'payment') return { ignored: 'withdrawal-event' };
  const payment = paymentOf(body, profile);
  if (eventType === null || payment === null) return { ignored: 'unknown-state' };
  const orderId = isAttributed(observation) ? filledTextOf(query, REFERENCE) : null;
  return {
    event: {
      eventType,
      dedupeId: dedupeId ?? observation.bodyDigest,
      providerEventId: null,
      orderId,
      occurredAt: null,
      references: presentTexts(body, 'cus', 'orderId'),
      payment: { ...payment, orderId },
    },
  };
}

/** Only what stood in the URL that we registered names an order; a body's `orderId` is a claim. */
function isAttributed({ verification: { mode, verdict } }: Observation): boolean {
  return verdict === 'verified' && (mode === 'url-secret' || mode === 'url-token');
}

function interpretLookup(observation: Observation, profile: CobruProfile): Interpretation {
  const { body, query } = readFacts(observation.value, COBRU_LOOKUP_MEMBERS.valueTree);
  const base = {
    eventType: 'lookup',
    dedupeId: observation.id,
    providerEventId: null,
    orderId: null,
  };
  if (body === null) {
    return filledTextOf(query, 'status') === '404'
      ? { event: { ...base, occurredAt: null, references: [], payment: null } }
      : { ignored: 'unreadable-body' };
  }
  const { reference } = parseSubjectKey(observation.subject);
  if (filledTextOf(body, 'url') !== reference) return { ignored: 'other-subject' };
  const payment = paymentOf(body, profile);
  if (payment === null) return { ignored: 'unknown-state' };
  return {
    event: {
      ...base,
      occurredAt: payment.occurredAt,
      references: presentTexts(body, 'cus', 'pk', 'idempotency_key'),
      payment,
    },
  };
}

function paymentOf(
  body: Facts,
  profile: CobruProfile,
): Omit<PaymentFact, 'factId' | 'trust'> | null {
  const state = filledTextOf(body, 'state');
  const known = state === null ? undefined : COBRU_STATES.get(String(Number(state)));
  if (known === undefined) return null;
  const currency = filledTextOf(body, 'currency_code') ?? profile.defaultCurrency;
  const amountOf = (name: string) =>
    parseAmount(filledTextOf(body, name), currency, profile.amounts);
  return {
    status: known.status,
    rank: known.rank,
    occurredAt: occurredAtOf(body, known.status, profile),
    amount: amountOf('amount'),
    net: amountOf('payed_amount'),
    fee: amountOf('fee_amount'),
    tax: amountOf('iva_amount'),
    // Cobru has no partial refund: state 4 is the whole amount.
    refundedTotal: known.status === 'refunded' ? amountOf('amount') : null,
    refund: null,
    orderId: null,
    method: filledTextOf(body, 'payment_method'),
    failureCode: null,
  };
}

/** The provider's time of the state that it tells; only lookups have one. */
function occurredAtOf(
  body: Facts,
  status: PaymentFact['status'],
  { zone }: CobruProfile,
): string | null {
  const at = (name: string) => parseInstant(filledTextOf(body, name), zone);
  const created = at('date_created');
  if (status === 'expired') return at('date_expired') ?? created;
  return status === 'succeeded' || status === 'refunded' ? (at('date_payed') ?? created) : created;
}

function presentTexts(body: Facts, ...paths: readonly string[]): readonly string[] {
  return paths.map((path) => filledTextOf(body, path)).filter((text) => text !== null);
}
