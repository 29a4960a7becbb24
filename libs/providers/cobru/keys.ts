import { joinDedupeId, noKeys, type DeliveryKeys } from '../delivery-keys.js';
import { filledTextOf, type Facts } from '../facts.js';
import { WITHDRAWAL_WORDS } from './statuses.js';

/**
 * Cobru: `payment/{url}`, `bank-withdrawal/{id}` or `cash-withdrawal/{id}`; deduped by url and
 * state, or by kind, id and state. Its callbacks have neither an event id nor a time (Cobru
 * webhooks page).
 *
 * A bank withdrawal is told by its bank members, a cash one by `date_cancelled`: both have only
 * `id`.
 */
export function cobruKeys(body: Facts): DeliveryKeys {
  const url = filledTextOf(body, 'url');
  const withdrawal = url === null ? withdrawalKind(body) : null;
  const state = withdrawal === null ? paymentState(body) : withdrawalState(body);
  const eventType = state === null ? null : `state.${state}`;
  // A path cannot carry these two, however encoded, so such a payment could never be looked up.
  if (url === '.' || url === '..') return { ...noKeys, eventType };
  if (url !== null) {
    return {
      subject: { kind: 'payment', reference: url },
      eventType,
      dedupeId: state === null ? null : joinDedupeId(url, state),
    };
  }
  const id = filledTextOf(body, 'id');
  if (withdrawal === null || id === null) return { ...noKeys, eventType };
  return {
    subject: { kind: withdrawal, reference: id },
    eventType,
    dedupeId: state === null ? null : joinDedupeId(withdrawal, id, state),
  };
}

function withdrawalKind(body: Facts): 'bank-withdrawal' | 'cash-withdrawal' | null {
  if (body.has('bank_name') || body.has('account_type')) return 'bank-withdrawal';
  return body.has('date_cancelled') ? 'cash-withdrawal' : null;
}

/** A number in JSON, a text in a form: `3`, `"3"` and `"03"` are one state. */
export function paymentState(body: Facts): string | null {
  const text = filledTextOf(body, 'state');
  return text === null || !/^-?\d+$/.test(text) ? null : String(Number(text));
}

/** As a payment's, or a word: `deposited`, `2` and `"2"` are one state. */
export function withdrawalState(body: Facts): string | null {
  const word = filledTextOf(body, 'state')?.toLowerCase() ?? '';
  return WITHDRAWAL_WORDS.get(word) ?? paymentState(body);
}
