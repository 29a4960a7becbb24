import type { CatalogueEntry } from '../catalogue.js';
import {
  MINTCASH_REFUND_EVENTS,
  MINTCASH_STATUSES,
  MINTCASH_SUBSCRIPTION_STATUSES,
} from './statuses.js';

const ENVELOPE = {
  apiVersion: '2026-05-01',
  environment: 'test',
  createdAt: '2026-06-30T15:41:21.585Z',
};
const PAYMENT = { id: 'pay-1', externalId: 'order-1', amount: 10, currency: 'USD' };
const REFUND = { id: 'ref-1', externalId: 'refund-1', amount: 2.5, currency: 'USD' };
const RUNNING = { status: 'succeeded', amountRefunded: 0 };
const SUBSCRIPTION = {
  id: 'sub-1',
  externalId: 'plan-1',
  amount: 10,
  currency: 'USD',
  billingIntervalDays: 30,
};

const paymentEvents = Object.keys(MINTCASH_STATUSES).map((name) => `payment.${name}`);
const refundEvents = Object.keys(MINTCASH_REFUND_EVENTS);
const states = Object.keys(MINTCASH_SUBSCRIPTION_STATUSES).filter((name) => name !== 'canceled');
const chargeEvents = ['succeeded', 'payment_succeeded', 'failed', 'payment_failed'];

/** Every event of MintCash, the refunds in each form that their JSON may have. */
export const MINTCASH_CATALOGUE: readonly CatalogueEntry[] = [
  ...paymentEvents.map((event) => entry('payment', { event, type: 'payment', data: PAYMENT })),
  ...refundEvents.flatMap((event) => [
    entry('payment with its refund', {
      event,
      type: 'payment',
      data: { ...PAYMENT, ...RUNNING, refund: { ...REFUND, paymentId: 'pay-1' } },
    }),
    entry('payment beside its refund', {
      event,
      type: 'refund',
      data: { payment: { ...PAYMENT, ...RUNNING }, refund: REFUND },
    }),
    entry('refund alone', { event, type: 'refund', data: { ...REFUND, paymentId: 'pay-1' } }),
  ]),
  ...[...chargeEvents, ...states.filter((name) => name !== 'failed')].map((name) =>
    entry('subscription', {
      event: `subscription.${name}`,
      type: 'subscription',
      data: SUBSCRIPTION,
    }),
  ),
  ...states.map((status) =>
    entry(
      'subscription that names its status',
      {
        event: 'subscription.pending',
        type: 'subscription',
        data: { ...SUBSCRIPTION, status },
      },
      status,
    ),
  ),
];

function entry(
  shape: string,
  body: { readonly event: string; readonly type: string; readonly data: object },
  name = body.event,
): CatalogueEntry {
  return {
    shape,
    name,
    body: { eventId: `${shape} ${name}`.replaceAll(' ', '-'), ...ENVELOPE, ...body },
  };
}
