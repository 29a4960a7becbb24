import { describe, expect, it } from 'vitest';
import type { PaymentStatus } from '../payment/payment-status.js';
import { viewOrder, type OrderPayment } from './order.js';

const usd = (minor: bigint) => ({ minor, currency: 'USD', exponent: 2 });

function payment(status: PaymentStatus | null, over: Partial<OrderPayment> = {}): OrderPayment {
  const none = { reported: null, refunded: null, difference: null };
  return { status, amount: usd(1000n), ...none, ...over };
}

describe('an order', () => {
  it.each<[string, readonly OrderPayment[], string]>([
    ['nothing but a claim', [payment(null, { reported: 'succeeded' })], 'awaiting_payment'],
    ['a created payment', [payment('created')], 'awaiting_payment'],
    ['one that failed and one in flight', [payment('failed'), payment('pending')], 'pending'],
    ['one that failed and one paid', [payment('failed'), payment('succeeded')], 'paid'],
    [
      'one paid and one refunded',
      [payment('succeeded'), payment('refunded')],
      'partially_refunded',
    ],
    ['all refunded', [payment('refunded'), payment('refunded')], 'refunded'],
    ['all failed', [payment('failed'), payment('expired')], 'failed'],
    ['one expired', [payment('expired')], 'expired'],
    ['one cancelled', [payment('cancelled')], 'cancelled'],
  ])('with %s', (_name, payments, status) => {
    expect(viewOrder(payments).status).toBe(status);
    expect(viewOrder(payments.toReversed()).status).toBe(status);
  });

  it('is only reported until there is trusted evidence', () => {
    const claimed = payment(null, { reported: 'succeeded' });
    expect(viewOrder([claimed])).toMatchObject({ assurance: 'reported', reported: 'paid' });
    expect(viewOrder([payment('created', { reported: 'succeeded' })])).toMatchObject({
      status: 'awaiting_payment',
      assurance: 'confirmed',
      reported: 'paid',
    });
    expect(viewOrder([payment('succeeded')]).reported).toBeNull();
  });

  it('sums what is paid net of refunds, by currency', () => {
    const view = viewOrder([
      payment('succeeded'),
      payment('partially_refunded', { refunded: usd(400n) }),
      payment('failed'),
      payment('succeeded', { amount: { minor: 7n, currency: 'CLP', exponent: 0 } }),
    ]);
    expect(view.paid).toEqual([{ minor: 7n, currency: 'CLP', exponent: 0 }, usd(1600n)]);
    expect(view.refunded).toEqual([usd(400n)]);
  });

  it('sums by how much its payments differ from what was asked for', () => {
    const view = viewOrder([
      payment('succeeded', { difference: usd(-300n) }),
      payment('succeeded', { difference: usd(100n) }),
      payment('succeeded'),
    ]);
    expect(view).toMatchObject({ status: 'paid', difference: [usd(-200n)] });
  });
});
