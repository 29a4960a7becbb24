import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Trail } from './trail.js';
import { formatTrail } from './trail-text.js';

const AT = '2026-01-01T00:00:00.000Z';
const USD = { amount: '1.00', currency: 'USD' };

const EMPTY: Trail = {
  order: null,
  payments: [],
  refunds: [],
  withdrawals: [],
  subscriptions: [],
  customers: [],
  timeline: [],
  isCut: false,
  whatToTellTheProvider: [],
};

describe('a trail as text', () => {
  it('of a withdrawal is headed by it, and tells its changes in its own words', () => {
    const text = textOf({
      withdrawals: [
        {
          withdrawalId: 'w-1',
          provider: 'tonder',
          account: 'tonder-test',
          reference: 'out-1',
          clientReference: 'ORDER-7',
          status: 'paid',
          reported: null,
          amount: USD,
        },
      ],
      timeline: [changeOf('w-1', { previousStatus: 'processing', status: 'paid' })],
    });

    expect(text).toMatch(/^Withdrawal out-1\n/);
    expect(text).toContain('withdrawal w-1  tonder-test out-1  paid  USD 1.00  ours ORDER-7');
    expect(text).toContain('└ withdrawal processing → paid');
    expect(text).not.toContain('order unknown');
  });

  it('of a refund names the payment that it gives back, also where nothing else is known of it', () => {
    const text = textOf({
      payments: [
        {
          paymentId: 'p-1',
          provider: 'conomy',
          account: 'conomy-test',
          reference: 'tx-1',
          isKnown: false,
          status: null,
          reported: null,
          amount: null,
          expected: null,
          difference: null,
        },
      ],
      refunds: [
        { refundId: 'r-1', paymentId: 'p-1', reference: 're-1', status: 'succeeded', amount: USD },
        { refundId: 'r-2', paymentId: null, reference: 're-2', status: 'pending', amount: null },
      ],
      timeline: [changeOf('r-1', { previousStatus: null, status: 'succeeded' })],
    });

    expect(text).toContain('payment p-1  conomy-test tx-1  known by its refunds alone');
    expect(text).toContain('refund r-1  re-1  succeeded  USD 1.00  of payment p-1');
    expect(text).toContain('refund r-2  re-2  pending  of a payment that nobody names');
    expect(text).toContain('└ refund new → succeeded');
  });

  it('of a subscription or a customer is headed by it', () => {
    const at = { provider: 'p', account: 'a-test', reference: 'ref' };
    const subscription = { ...at, subscriptionId: 's-1', status: 'past_due', amount: USD };
    const customer = { ...at, customerId: 'c-1', level: 'basic' };

    expect(textOf({ subscriptions: [subscription] })).toMatch(
      /^Subscription ref\n {2}subscription s-1 {2}a-test ref {2}past_due {2}USD 1.00\n/,
    );
    expect(textOf({ customers: [customer] })).toMatch(
      /^Customer ref\n {2}customer c-1 {2}a-test ref {2}basic\n/,
    );
  });
});

function textOf(part: Partial<Trail>): string {
  return formatTrail({ ...EMPTY, ...part }, new PassThrough());
}

function changeOf(
  subjectId: string,
  statuses: { readonly previousStatus: string | null; readonly status: string },
): Trail['timeline'][number] {
  return {
    type: 'change',
    at: AT,
    subjectId,
    orderId: null,
    ...statuses,
    amount: null,
    refunded: null,
    flags: [],
  };
}
