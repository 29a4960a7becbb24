import { describe, expect, it } from 'vitest';
import {
  observeTonder as observe,
  observeTonderAnswer,
  tonderEventOf,
  tonderFactOf,
  tonderViewOf,
} from '../../../test/harness/tonder-observations.js';

const eventOf = (body: object) => tonderEventOf(observe(body));
const factOf = (body: object) => tonderFactOf(observe(body));
const mxn = (minor: bigint) => ({ minor, currency: 'MXN', exponent: 2 });

const PAYMENT = { kind: 'transaction', reference: 'fc38522e' } as const;
const DIRECT = {
  id: 'fc38522e',
  operation_type: 'payment',
  amount: '70',
  currency: 'MXN',
  client_reference: 'order-1',
  status: 'Success',
  transaction_id: 'e9340a04',
  payment_method_type: 'SPEI',
  created: '2026-05-21T19:15:32.029134Z',
  metadata: { order_id: 'ORD-1' },
  event_type: 'payment_Success',
};
const REFUND = {
  ...DIRECT,
  id: 'refund-1',
  operation_type: 'refund',
  amount: '50.00',
  original_transaction_id: 'fc38522e',
  refund_id: 'r-9',
  event_type: 'refund_Success',
};

describe('refunds', () => {
  it('are subjects of their own and name the payment that they give back', () => {
    expect(observe(REFUND).subject).toBe('mx/transaction/refund-1');
    expect(eventOf(REFUND)).toMatchObject({ orderId: null });
    expect(eventOf(REFUND).references).toEqual(expect.arrayContaining(['r-9', 'fc38522e']));
    expect(factOf(REFUND)).toMatchObject({
      kind: 'refund',
      status: 'succeeded',
      amount: mxn(5_000n),
      parent: 'mx/transaction/fc38522e',
      refundedTotal: null,
      clientReference: 'order-1',
    });
  });

  it('say by which id their payment may tell of them', () => {
    const refund = { refundId: 'r-9', status: 'succeeded', amount: null, failureCode: null };
    expect(factOf(REFUND).refund).toEqual(refund);
    expect(factOf({ ...REFUND, refund_id: undefined }).refund).toBeNull();
    expect(tonderViewOf([observe(REFUND)])).toMatchObject({
      kind: 'refund',
      status: 'succeeded',
      amount: mxn(5_000n),
      refunded: null,
    });
  });

  it.each([
    ['by its own id', { ...REFUND, id: 'fc38522e' }],
    ['by an id alone', { ...REFUND, id: 'fc38522e', original_transaction_id: undefined }],
    [
      'as an event of the payment',
      { ...DIRECT, amount: '50.00', refund_id: 'r-9', event_type: 'refund_Success' },
    ],
  ])('leave a payment a payment where they are told %s', (_, body) => {
    expect(observe(body).subject).toBe('mx/transaction/fc38522e');
    expect(factOf(body)).toMatchObject({
      kind: 'payment',
      status: 'succeeded',
      amount: null,
      parent: null,
      refund: { refundId: 'r-9', status: 'succeeded', amount: mxn(5_000n) },
    });
  });

  const OF_ITS_PAYMENT = { ...REFUND, id: 'fc38522e', original_transaction_id: undefined };

  it.each([
    ['flat', observe(OF_ITS_PAYMENT)],
    ['nested', observe({ event: 'payment.status_changed', data: OF_ITS_PAYMENT })],
    ['looked up', observeTonderAnswer({ ...OF_ITS_PAYMENT, status: 'success' }, PAYMENT)],
    [
      'looked up, as its own original',
      observeTonderAnswer(
        { ...OF_ITS_PAYMENT, status: 'success', original_transaction_id: 'fc38522e' },
        PAYMENT,
      ),
    ],
  ])('never take the payment away, told %s', (_, refund) => {
    expect(refund.subject).toBe(observe(DIRECT).subject);
    const paid = { kind: 'payment', amount: mxn(7_000n), orderId: 'order-1', flags: [] };
    expect(tonderViewOf([observe(DIRECT), refund])).toMatchObject(paid);
    expect(tonderViewOf([refund, observe(DIRECT)])).toMatchObject(paid);
    expect(tonderFactOf(refund)).toMatchObject({
      amount: null,
      refund: { refundId: 'r-9', status: 'succeeded', amount: mxn(5_000n) },
    });
  });

  it('never take the payment away, told in the legacy shape', () => {
    const body = {
      transaction_reference: '17672577',
      status: 'Success',
      amount: 50,
      currency: 'MXN',
      transaction_type: 'REFUND',
    };
    for (const related_transaction_reference of [null, '17672577']) {
      expect(factOf({ ...body, related_transaction_reference })).toMatchObject({
        kind: 'payment',
        status: 'succeeded',
        amount: null,
        refund: { refundId: '17672577', status: 'succeeded', amount: mxn(5_000n) },
      });
    }
  });

  it('leave the payment as it was where they failed, or have not gone through yet', () => {
    for (const word of ['Declined', 'Pending']) {
      const refund = observe({
        ...OF_ITS_PAYMENT,
        event_type: `refund_${word}`,
        client_reference: 'refund-7',
        updated_at: '2026-05-22T00:00:00Z',
      });
      for (const status of ['Pending', 'Declined', 'Expired', 'Success']) {
        const payment = observe({ ...DIRECT, event_type: `payment_${status}` });
        const alone = tonderViewOf([payment]);
        expect(tonderViewOf([payment, refund])).toEqual(alone);
        expect(tonderViewOf([refund, payment])).toEqual(alone);
      }
    }
  });

  it('name no order: their reference is their own', () => {
    const refund = observe({ ...OF_ITS_PAYMENT, client_reference: 'a-refund' });
    expect(tonderEventOf(refund)).toMatchObject({
      orderId: null,
      references: expect.arrayContaining(['a-refund']) as unknown,
    });
    expect(tonderViewOf([observe(DIRECT), refund]).orderId).toBe('order-1');
  });

  it('are told once by the payment and by themselves, where the payment names the same refund', () => {
    const record = tonderFactOf(observe(OF_ITS_PAYMENT)).refund;
    expect(record?.refundId).toBe(factOf(REFUND).refund?.refundId);
  });
});
