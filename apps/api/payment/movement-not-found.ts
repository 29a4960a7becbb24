import type { PaymentKind } from '#ledger/payment/payment-kind.js';
import type { Refusal } from '../http/refusal.js';

/** Where each kind of movement is read. */
export const MOVEMENT_ROUTES: Readonly<Record<PaymentKind, string>> = {
  payment: '/v1/payments',
  withdrawal: '/v1/withdrawals',
  refund: '/v1/refunds',
};

/** The id names nothing, or a movement of another kind: then the detail says where that is. */
export function movementNotFound(
  wanted: PaymentKind,
  { id, found }: { readonly id: string; readonly found: PaymentKind | null },
): Refusal {
  const detail =
    found === null
      ? `There is no ${wanted} ${id}.`
      : `${id} is no ${wanted} but a ${found}: see ${MOVEMENT_ROUTES[found]}/${id}.`;
  return { refused: 'not-found', detail };
}
