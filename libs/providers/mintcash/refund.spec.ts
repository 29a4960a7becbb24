import { describe, expect, it } from 'vitest';
import type { Observation } from '#events/observation.js';
import { subjectKey } from '#events/subject.js';
import type { PaymentDetails } from '#ledger/payment/payment-fact.js';
import { emptyPayment, withFact } from '#ledger/payment/payment-state.js';
import { viewPayment } from '#ledger/payment/payment-view.js';
import type { Account } from '../account.js';
import type { ProviderEvent } from '../provider.js';
import { mintcash } from './mintcash.js';

const account: Account = {
  id: 'mintcash',
  provider: 'mintcash',
  environment: 'test',
  sources: [],
  api: null,
};

function observe(body: object): Observation {
  const extraction = mintcash.extractWebhook({
    account,
    route: 'mintcash',
    body: Buffer.from(JSON.stringify(body)),
    contentType: 'application/json',
    query: {},
  });
  const key =
    extraction.readable && extraction.subject !== null ? subjectKey(extraction.subject) : null;
  return {
    id: '0197c0de-0000-7000-8000-000000000001',
    kind: 'webhook',
    account: account.id,
    route: 'mintcash',
    subject: key ?? 'mintcash/unkeyed/digest',
    receivedAtMs: 0,
    schema: mintcash.schemas.webhook,
    verification: { mode: 'hmac', keyId: 's1', verdict: 'verified' },
    requestId: 'request',
    providerTraceIds: [],
    redactedQuery: null,
    headers: {},
    bodyType: 'application/json',
    bodyDigest: 'd1:digest',
    traceparent: null,
    lookup: null,
    value: extraction.value,
    sealed: null,
  };
}

function eventOf(body: object): ProviderEvent {
  const interpretation = mintcash.interpret(observe(body), 1);
  if ('ignored' in interpretation) throw new Error(`Ignored: ${interpretation.ignored}.`);
  return interpretation.event;
}

function paymentOf(body: object): PaymentDetails {
  const { tells } = eventOf(body);
  if (tells.about !== 'payment' || tells.fact === null) throw new Error('It tells of no payment.');
  return tells.fact;
}

/** What readers see of the payment after these events. */
function viewOf(...bodies: readonly object[]) {
  const facts = bodies.map((body, index) => ({
    ...paymentOf(body),
    factId: `fact-${index}`,
    trust: 'signed' as const,
  }));
  return viewPayment(facts.reduce(withFact, emptyPayment));
}

const usd = (minor: bigint) => ({ minor, currency: 'USD', exponent: 2 });

describe('MintCash refunds', () => {
  const payment = {
    id: 'pay-1',
    externalId: 'order-1',
    status: 'partially_refunded',
    amount: 10,
    currency: 'USD',
    amountRefunded: 3.5,
  };
  const refund = {
    id: 'ref-1',
    externalId: 'r-1',
    amount: 2.5,
    currency: 'USD',
    status: 'succeeded',
  };
  const envelope = { eventId: 'e-1', createdAt: '2026-06-30T15:41:21.585Z' };

  it('sums by the running total where the event has no refund record', () => {
    const event = {
      ...envelope,
      event: 'payment.partially_refunded',
      type: 'payment',
      data: payment,
    };
    expect(eventOf(event)).toMatchObject({
      orderId: 'order-1',
      tells: { fact: { status: 'partially_refunded', refundedTotal: usd(350n), refund: null } },
    });
  });

  it('counts a full refund whole where the event states no running total', () => {
    const { amountRefunded: _, ...data } = payment;
    const event = { ...envelope, event: 'payment.refunded', type: 'payment', data };
    expect(paymentOf(event)).toMatchObject({ refundedTotal: usd(1000n) });
  });

  it.each(['payment', 'refund'])('is decided by the event, delivered as type %s', (type) => {
    const data = { ...payment, refund };
    const event = { ...envelope, event: 'payment.partially_refunded', type, data };
    expect(observe(event).subject).toBe('mintcash/payment/pay-1');
    expect(eventOf(event)).toMatchObject({
      orderId: 'order-1',
      references: ['ref-1', 'r-1'],
      tells: {
        fact: {
          amount: usd(1000n),
          refundedTotal: usd(350n),
          refund: { refundId: 'ref-1', status: 'succeeded', amount: usd(250n), failureCode: null },
        },
      },
    });
  });

  it('reads a payment that stands beside the refund', () => {
    const event = {
      ...envelope,
      event: 'payment.refunded',
      type: 'refund',
      data: { payment, refund },
    };
    expect(observe(event).subject).toBe('mintcash/payment/pay-1');
    expect(eventOf(event)).toMatchObject({
      orderId: 'order-1',
      tells: { fact: { status: 'refunded', amount: usd(1000n), refund: { refundId: 'ref-1' } } },
    });
  });

  it('never takes the externalId of a refund for an order', () => {
    const data = { ...refund, paymentId: 'pay-1', paymentAmountRefunded: 3.5 };
    const event = { ...envelope, event: 'payment.partially_refunded', type: 'refund', data };
    expect(observe(event).subject).toBe('mintcash/payment/pay-1');
    expect(eventOf(event)).toMatchObject({
      orderId: null,
      tells: {
        fact: {
          status: 'partially_refunded',
          amount: null,
          refundedTotal: usd(350n),
          orderId: null,
          refund: { refundId: 'ref-1', status: 'succeeded', amount: usd(250n) },
        },
      },
    });
  });

  it('that failed leaves the payment as it was', () => {
    const failed = { ...refund, status: 'failed', failureCode: 'issuer_decline' };
    const event = {
      ...envelope,
      event: 'payment.refund_failed',
      type: 'payment',
      data: { ...payment, refund: failed },
    };
    expect(paymentOf(event)).toMatchObject({
      status: 'partially_refunded',
      failureCode: null,
      refund: { refundId: 'ref-1', status: 'failed', failureCode: 'issuer_decline' },
    });
  });

  it.each([
    ['refund.created', 'pending'],
    ['refund.pending', 'pending'],
    ['refund.succeeded', 'succeeded'],
    ['refund.failed', 'failed'],
  ])('named %s is one that %s, in each form', (event, status) => {
    const record = { ...refund, paymentId: 'pay-1', paymentAmountRefunded: 2.5 };
    const forms = [
      { ...payment, status: 'succeeded', refund },
      { payment: { ...payment, status: 'succeeded' }, refund },
      record,
      { payment: { id: 'pay-1' }, ...refund },
      { paymentId: 'pay-1', refund },
    ];
    for (const data of forms) {
      const body = { ...envelope, event, type: 'refund', data };
      expect(observe(body).subject).toBe('mintcash/payment/pay-1');
      expect(paymentOf(body)).toMatchObject({
        status: 'succeeded',
        refund: { refundId: 'ref-1', status, amount: usd(250n) },
      });
    }
  });

  it('that does not name its payment is no payment of that id', () => {
    const lonely = { ...refund, providerRefundId: 'pr-1' };
    for (const [event, data] of [
      ['refund.succeeded', refund],
      ['refund.succeeded', lonely],
      ['payment.refunded', lonely],
    ] as const) {
      const body = observe({ ...envelope, event, type: 'refund', data });
      expect(mintcash.interpret(body, 1)).toEqual({ ignored: 'refund-without-payment' });
    }
  });

  it('told as a running total, as a record, and by both names, have one effect each', () => {
    const paid = {
      ...envelope,
      event: 'payment.succeeded',
      data: { ...payment, status: 'succeeded', amountRefunded: 0 },
    };
    const tell = (event: string, data: object) => ({ ...envelope, event, data });
    const first = [
      tell('payment.partially_refunded', { ...payment, amountRefunded: 2.5 }),
      tell('payment.partially_refunded', { ...payment, amountRefunded: 2.5, refund }),
      tell('refund.succeeded', { ...refund, paymentId: 'pay-1' }),
    ];
    for (const told of [...first.map((one) => [one]), first, [...first, ...first]]) {
      expect(viewOf(paid, ...told)).toMatchObject({
        status: 'partially_refunded',
        refunded: usd(250n),
      });
    }
    const rest = { ...refund, id: 'ref-2', amount: 7.5 };
    const whole = [
      tell('payment.refunded', { ...payment, amountRefunded: 10, refund: rest }),
      tell('refund.succeeded', { ...rest, paymentId: 'pay-1' }),
    ];
    for (const told of [[...first, ...whole], [...whole, ...first].toReversed()]) {
      expect(viewOf(...told, paid)).toMatchObject({ status: 'refunded', refunded: usd(1000n) });
    }
  });

  it('under way or failed give nothing back', () => {
    const paid = {
      ...envelope,
      event: 'payment.succeeded',
      data: { ...payment, amountRefunded: 0 },
    };
    const record = { ...refund, paymentId: 'pay-1' };
    for (const event of ['refund.created', 'refund.pending', 'refund.failed']) {
      expect(viewOf(paid, { ...envelope, event, data: record })).toMatchObject({
        status: 'succeeded',
        refunded: null,
      });
    }
  });
});
