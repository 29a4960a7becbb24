import type { SourceVerification } from '#providers/account.js';
import type { BookObject, Happening } from '../books/book-object.js';
import { latest, type ToldObject } from './payloads/told-object.js';

export const FORGERIES = [
  'wrong-secret',
  'no-signature',
  'tampered-body',
  'claims-paid',
  'names-another-order',
] as const;

/**
 * What somebody without the secrets can send.
 *
 * - `wrong-secret`, `no-signature`: with a guessed credential, with none.
 * - `tampered-body`: a genuine signature, over another amount.
 * - `claims-paid`: the thing's own id and a success that never happened, with no credential.
 * - `names-another-order`: Cobru, a slug that does not exist, with a victim's order id everywhere.
 */
export type Forgery = (typeof FORGERIES)[number];

/** What can be forged at a source, the likelier ones more than once. */
export function forgeriesOf({ mode }: SourceVerification): readonly [Forgery, ...Forgery[]] {
  switch (mode) {
    case 'url':
      return ['claims-paid', 'claims-paid', 'names-another-order'];
    case 'hmac':
    case 'any':
      return ['wrong-secret', 'no-signature', 'tampered-body', 'claims-paid'];
    case 'static':
      return ['wrong-secret', 'no-signature', 'claims-paid'];
    case 'none':
      return ['claims-paid'];
  }
}

/** Whether the source answers a forgery with 401; else it keeps it as a claim, which moves nothing. */
export function isRefusing(verification: SourceVerification): boolean {
  if (verification.mode === 'url' || verification.mode === 'none') return false;
  return verification.enforcement === 'enforce';
}

/** The same thing, paid. */
export function claimedPaid(told: ToldObject): ToldObject {
  const paid = successOf(told.object);
  const claim: Happening = { ...latest(told), ...paid };
  const [first, ...others] = [...told.history.slice(0, -1), claim];
  return { ...told, history: [first, ...others] };
}

function successOf({
  provider,
  kind,
  form,
}: BookObject): Partial<Pick<Happening, 'event' | 'status'>> {
  switch (provider) {
    case 'cobru':
      return { event: 'state.3', status: '3' };
    case 'conomy':
      if (kind !== 'payment') return {};
      return form === 'a'
        ? { event: 'Transaction.Received', status: 'RECEIVED' }
        : { event: 'payment.settled', status: 'SETTLED' };
    case 'mintcash':
      return kind === 'payment' ? { event: 'payment.succeeded', status: 'succeeded' } : {};
    case 'tonder':
      return tonderSuccess({ kind, form });
  }
}

function tonderSuccess({
  kind,
  form,
}: Pick<BookObject, 'kind' | 'form'>): Partial<Pick<Happening, 'event' | 'status'>> {
  if (kind === 'session') return { event: 'session.completed', status: 'completed' };
  if (form === 'direct') return { event: `${kind}_Success`, status: 'Success' };
  if (form === 'withdrawals') return { event: 'withdrawal.status_changed', status: 'PAID_FULL' };
  return form === 'nested' || form === 'nested-event'
    ? { status: 'success' }
    : { status: 'Success' };
}
