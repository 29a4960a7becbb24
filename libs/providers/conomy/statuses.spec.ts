import { describe, expect, it } from 'vitest';
import {
  conomyChange,
  conomyDelivery,
  conomyEvent,
  conomyFact,
  extractConomyBody,
  interpretConomyBody,
  observeConomy,
} from '../../../test/harness/conomy-observations.js';

const ars = (minor: bigint) => ({ minor, currency: 'ARS', exponent: 2 });

describe('Conomy statuses', () => {
  it.each([
    ['ATTEMPT', 'created', 10, []],
    ['PENDING', 'pending', 20, []],
    ['CREATED', 'pending', 20, []],
    ['AUTHORIZED', 'authorized', 30, []],
    ['CAPTURED', 'processing', 40, []],
    ['REQUIRES_REVIEW', 'in_review', 50, []],
    ['EXPIRED', 'expired', 70, []],
    ['FAILED', 'failed', 75, []],
    ['RECEIVED', 'succeeded', 80, []],
    ['DISPUTED', 'succeeded', 80, ['disputed']],
    ['SETTLED', 'succeeded', 90, []],
    ['UNSETTLED', 'failed', 100, ['unsettled']],
    ['REFUNDED', 'refunded', 110, []],
    ['REVERSED', 'refunded', 120, ['disputed']],
  ])('%s', (name, status, rank, marks) => {
    expect(conomyFact(conomyChange(name))).toMatchObject({ kind: 'payment', status, rank, marks });
  });

  it('count all of it as refunded where the legacy statuses say so', () => {
    expect(conomyFact(conomyChange('REFUNDED')).refundedTotal).toEqual(ars(200_000n));
    expect(conomyFact(conomyChange('REVERSED')).refundedTotal).toEqual(ars(200_000n));
    expect(conomyFact(conomyChange('SETTLED')).refundedTotal).toBeNull();
  });

  it('do not let a settlement without an amount take away that of the receipt', () => {
    const bare = { totalAmount: null };
    expect(conomyFact(conomyChange('SETTLED', bare)).rank).toBe(
      conomyFact(conomyChange('RECEIVED')).rank,
    );
    expect(conomyFact(conomyChange('UNSETTLED', bare)).rank).toBe(100);
    expect(conomyFact(conomyChange('PENDING', bare)).rank).toBe(20);
  });

  it.each([
    ['CHARGED_BACK', 'unknown-status'],
    ['settled', 'unknown-status'],
    ['toString', 'unknown-status'],
    ['REQUIRES_REVIEW, approved', 'unknown-status'],
  ])('that we do not know have no effect: %s', (status, ignored) => {
    expect(interpretConomyBody(conomyChange(status))).toEqual({ ignored });
  });
});

describe('Conomy events', () => {
  it.each([
    ['Transaction.Captured', 'processing', 40, []],
    ['Transaction.Received', 'succeeded', 80, []],
    ['Transaction.Failed', 'failed', 75, []],
    ['payment.expired', 'expired', 70, []],
    ['payment.settled', 'succeeded', 90, []],
    ['payment.unsettled', 'failed', 100, ['unsettled']],
    ['payment.requiresReview', 'in_review', 50, []],
    ['payment.reviewApproved', 'processing', 60, []],
    ['payment.reviewRejected', 'failed', 75, []],
    ['purchase.attempted', 'created', 10, []],
    ['purchase.pendingAssignment', 'pending', 20, []],
    ['purchase.underpaid', 'pending', 20, ['underpaid']],
    ['purchase.overpaid', 'pending', 20, ['overpaid']],
  ])('%s says enough without a status', (name, status, rank, marks) => {
    expect(conomyFact(conomyDelivery(name))).toMatchObject({ status, rank, marks });
  });

  it.each(['payment.settled', 'payment.requiresReview', 'payment.reviewRejected'])(
    '%s is not overruled by the status that stands beside it',
    (name) => {
      const { status, rank } = conomyFact(conomyDelivery(name));
      expect(conomyFact(conomyDelivery(name, { status: 'CAPTURED' }))).toMatchObject({
        status,
        rank,
      });
    },
  );

  it.each([
    ['purchase.attempted', 'PENDING', 'pending', []],
    ['purchase.pendingAssignment', 'RECEIVED', 'succeeded', []],
    ['purchase.underpaid', 'SETTLED', 'succeeded', ['underpaid']],
    ['purchase.underpaid', 'UNSETTLED', 'failed', ['unsettled', 'underpaid']],
    ['purchase.overpaid', 'SETTLED', 'succeeded', ['overpaid']],
    ['purchase.overpaid', 'UNSETTLED', 'failed', ['unsettled', 'overpaid']],
  ])('%s goes by its status: %s', (name, status, expected, marks) => {
    const companions = { relatedPaymentId: 'tx-2', childPaymentId: 'tx-2' };
    const body = conomyDelivery(name, { status, ...companions });
    expect(conomyFact(body)).toMatchObject({
      kind: 'payment',
      status: expected,
      marks,
      parent: null,
    });
    expect(conomyEvent(body).references).toEqual(['tx-2']);
  });

  it.each([
    ['CAPTURED', 'payment.reviewApproved'],
    ['AUTHORIZED', 'payment.reviewApproved'],
    ['FAILED', 'payment.reviewRejected'],
  ])('payment.reviewResolved with %s tells what %s tells', (status, specific) => {
    const umbrella = conomyFact(conomyDelivery('payment.reviewResolved', { status }));
    expect(umbrella).toEqual(conomyFact(conomyDelivery(specific, { status })));
  });

  it.each([
    ['REQUIRES_REVIEW', 'in_review'],
    ['SETTLED', 'succeeded'],
  ])('payment.reviewResolved never takes %s for an approval', (status, expected) => {
    expect(conomyFact(conomyDelivery('payment.reviewResolved', { status })).status).toBe(expected);
  });

  it.each([
    ['payment.reviewResolved', 'unknown-status'],
    ['transaction.status_changed', 'unknown-status'],
    ['payment.captured', 'unknown-event'],
    ['tenant.changed', 'unknown-event'],
    ['__proto__', 'unknown-event'],
  ])('%s without a status has no effect', (name, ignored) => {
    expect(interpretConomyBody(conomyDelivery(name))).toEqual({ ignored });
  });

  it('of an unknown name are not guessed from their status', () => {
    const body = conomyDelivery('payment.chargedBack', { status: 'SETTLED' });
    expect(interpretConomyBody(body)).toEqual({ ignored: 'unknown-event' });
  });

  it.each([
    ['no event', { transaction: { id: 'tx-1', status: 'SETTLED' } }, 'no-event'],
    ['no transaction', { eventType: 'payment.settled' }, 'no-subject'],
    ['a customer', { eventType: 'payment.settled', customer: { id: 'c-1' } }, 'no-subject'],
    ['no customer', { eventType: 'customer.levelChanged' }, 'no-subject'],
  ])('with %s have no effect', (_, body, ignored) => {
    expect(interpretConomyBody(body)).toEqual({ ignored });
  });

  it.each(['', '[]', '"x"', '{', '{"a":1,"a":2}'])('that cannot be read are kept: %s', (body) => {
    expect(extractConomyBody(body)).toMatchObject({ readable: false });
    expect(interpretConomyBody(body)).toEqual({ ignored: 'unreadable-body' });
  });
});

describe('Conomy refunds', () => {
  const refund = { id: 'rf-1', externalId: 'r-1', totalAmount: '150.00', type: 'REFUND' };
  const child = { ...refund, parentPaymentId: 'tx/1' };

  it.each([
    ['payment.refund.created', 'RECEIVED', 'pending'],
    ['payment.refund.captured', 'CAPTURED', 'processing'],
    ['payment.refund.settled', 'SETTLED', 'succeeded'],
    ['payment.refund.failed', 'FAILED', 'failed'],
  ])('%s', (name, status, expected) => {
    const body = conomyDelivery(name, { ...child, status });
    expect(observeConomy(body).subject).toBe('conomy/transaction/rf-1');
    expect(conomyEvent(body).orderId).toBeNull();
    expect(conomyFact(body)).toMatchObject({
      kind: 'refund',
      status: expected,
      amount: ars(15_000n),
      parent: 'conomy/transaction/tx%2F1',
      clientReference: 'r-1',
      orderId: null,
      refundedTotal: null,
    });
  });

  it.each([
    ['CREATED', 'pending'],
    ['RECEIVED', 'pending'],
    ['CAPTURED', 'processing'],
    ['SETTLED', 'succeeded'],
    ['FAILED', 'failed'],
    ['UNSETTLED', 'failed'],
    ['REVERSED', 'failed'],
  ])('in status %s have not reached the payer before they are settled', (status, expected) => {
    expect(conomyFact(conomyChange(status, child))).toMatchObject({
      kind: 'refund',
      status: expected,
    });
  });

  it('are known by their type, their event or their parent', () => {
    const untyped = { ...child, type: undefined };
    expect(conomyFact(conomyChange('SETTLED', refund)).kind).toBe('refund');
    expect(conomyFact(conomyDelivery('payment.refund.settled', { type: undefined })).kind).toBe(
      'refund',
    );
    expect(conomyFact(conomyChange('SETTLED', untyped))).toMatchObject({
      kind: 'refund',
      parent: 'conomy/transaction/tx%2F1',
    });
  });

  it('without a parent are refunds all the same', () => {
    expect(
      conomyFact(conomyDelivery('payment.refund.settled', { ...refund, status: 'SETTLED' })),
    ).toMatchObject({ kind: 'refund', parent: null, status: 'succeeded' });
  });

  it('are not what the companion of a deposit is, though it names a parent', () => {
    const companion = conomyChange('SETTLED', { type: 'TOPUP_ACCOUNT', parentPaymentId: 'tx-1' });
    expect(conomyFact(companion)).toMatchObject({
      kind: 'payment',
      parent: null,
      status: 'succeeded',
    });
  });
});
