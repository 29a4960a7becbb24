import { joinDedupeId, noKeys, type DeliveryKeys } from '../delivery-keys.js';
import { filledTextOf, type Facts } from '../facts.js';

/**
 * Cobru: `payment/{url}`, `bank-withdrawal/{id}` or `cash-withdrawal/{id}`; deduped by url and
 * state, or by kind, id and state. Its callbacks have neither an event id nor a time (Cobru
 * webhooks page).
 *
 * A bank withdrawal is told by its bank members, a cash one by `date_cancelled`: both have only
 * `id`.
 */
export function cobruKeys(body: Facts): DeliveryKeys {
  const state = stateOf(body);
  const eventType = state === null ? null : `state.${state}`;
  const url = filledTextOf(body, 'url');
  // A path cannot carry these two, however encoded, so such a payment could never be looked up.
  if (url === '.' || url === '..') return { ...noKeys, eventType };
  if (url !== null) {
    return {
      subject: { kind: 'payment', reference: url },
      eventType,
      dedupeId: state === null ? null : joinDedupeId(url, state),
    };
  }
  const kind = withdrawalKind(body);
  const id = filledTextOf(body, 'id');
  if (kind === null || id === null) return { ...noKeys, eventType };
  return {
    subject: { kind, reference: id },
    eventType,
    dedupeId: state === null ? null : joinDedupeId(kind, id, state),
  };
}

function withdrawalKind(body: Facts): 'bank-withdrawal' | 'cash-withdrawal' | null {
  if (body.has('bank_name') || body.has('account_type')) return 'bank-withdrawal';
  return body.has('date_cancelled') ? 'cash-withdrawal' : null;
}

/** A number in JSON, a text in a form: `3`, `"3"` and `"03"` are one state. */
function stateOf(body: Facts): string | null {
  const text = filledTextOf(body, 'state');
  return text === null ? null : String(Number(text));
}
