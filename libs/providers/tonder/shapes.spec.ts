import { describe, expect, it } from 'vitest';
import { inForce } from '../dated.js';
import {
  interpretTonderBody as interpret,
  observeTonder as observe,
  observeTonderAnswer,
  tonderEventOf,
  tonderFactOf,
  tonderViewOf,
} from '../../../test/harness/tonder-observations.js';
import { tellWithdrawal } from './interpret/tell-withdrawal.js';
import { TONDER_PROFILES } from './profile.js';
import { tonder } from './tonder.js';

const eventOf = (body: object) => tonderEventOf(observe(body));
const factOf = (body: object) => tonderFactOf(observe(body));
const mxn = (minor: bigint) => ({ minor, currency: 'MXN', exponent: 2 });

describe('the older nested shape', () => {
  const NESTED = {
    event_type: 'transaction.status_changed',
    event_id: 'evt_1',
    created_at: '2024-07-26T10:32:16Z',
    data: {
      id: '550e8400',
      operation_type: 'payment',
      status: 'success',
      amount: 150.0,
      currency: 'MXN',
      merchant_reference: 'order-789',
      payment_method: 'CARD',
      completed_at: '2024-07-26T10:32:15Z',
    },
  };

  it('tells the same of a payment as the flat one', () => {
    expect(eventOf(NESTED)).toMatchObject({ dedupeId: 'evt_1', providerEventId: 'evt_1' });
    expect(factOf(NESTED)).toMatchObject({
      status: 'succeeded',
      amount: mxn(15_000n),
      orderId: 'order-789',
      method: 'CARD',
      occurredAt: '2024-07-26T10:32:15.000Z',
    });
  });

  it('knows a confirmed deposit by its id, and ignores one without', () => {
    const data = { transaction_status: 'Success', amount: 600.0, metadata: { order_id: 'ORD-1' } };
    const confirmed = { event: 'confirmed', data: { id: 'd-1', ...data } };
    expect(factOf(confirmed)).toMatchObject({ status: 'succeeded', amount: mxn(60_000n) });
    expect(eventOf(confirmed).orderId).toBe('ORD-1');
    expect(interpret({ event: 'confirmed', data })).toEqual({ ignored: 'no-subject' });
  });

  it('ignores events that are not documented', () => {
    expect(interpret({ ...NESTED, event_type: 'transaction.teleported' })).toEqual({
      ignored: 'unknown-event',
    });
  });
});

describe('the hosted shape', () => {
  const data = {
    id: 'cs_97',
    amount_total: 15000,
    currency: 'MXN',
    payment_id: 41528,
    metadata: { external_id: 'ORD-1' },
  };
  const COMPLETED = {
    action: 'session.completed',
    type: 'checkout.hosted',
    data: { ...data, status: 'completed', transaction_status: 'Success', paid_at: 1751478550234 },
  };

  it('takes a completed session for the payment, under either name of its event', () => {
    const { action, type, ...rest } = COMPLETED;
    for (const body of [COMPLETED, { event_type: action, ...rest }]) {
      expect(observe(body).subject).toBe('mx/session/cs_97');
      expect(eventOf(body)).toMatchObject({ orderId: 'ORD-1', references: ['41528'] });
      expect(factOf(body)).toMatchObject({
        status: 'succeeded',
        amount: mxn(1_500_000n),
        occurredAt: '2025-07-02T17:49:10.234Z',
      });
    }
    expect(type).toBe('checkout.hosted');
  });

  it.each([
    ['Declined', 'pending'],
    ['Failed', 'pending'],
    ['Expired', 'pending'],
    ['Cancelled', 'pending'],
    ['Pending', 'pending'],
    ['Authorized', 'authorized'],
    ['Success', 'succeeded'],
  ])('takes a try to pay that is %s for a session that is %s', (status, expected) => {
    const { id, amount_total, ...rest } = data;
    const attempt = { ...rest, session_id: id, amount: amount_total, status };
    const body = { event_type: 'payment.transaction', data: attempt };
    expect(observe(body).subject).toBe('mx/session/cs_97');
    expect(factOf(body)).toMatchObject({ status: expected, amount: mxn(1_500_000n) });
  });

  const attempt = (status: string, payment_id: number, amount: number) =>
    observe({
      event_type: 'payment.transaction',
      data: { payment_id, session_id: 'cs_97', status, amount, currency: 'MXN' },
    });

  it('takes the amount of a try that was given back for no amount of the session', () => {
    const refunded = attempt('Refunded', 1, 40);
    expect(tonderFactOf(refunded)).toMatchObject({
      status: 'refunded',
      amount: null,
      refundedTotal: mxn(4_000n),
    });
    for (const told of [
      [observe(COMPLETED), refunded],
      [refunded, observe(COMPLETED)],
    ]) {
      expect(tonderViewOf(told)).toMatchObject({
        amount: mxn(1_500_000n),
        refunded: mxn(4_000n),
        flags: [],
      });
    }
  });

  it("takes the session's own total for what was paid, and tells of tries that say another", () => {
    const { paid_at, ...undated } = COMPLETED.data;
    expect(paid_at).toBeDefined();
    const completed = observe({ ...COMPLETED, data: undated });
    // Among so many equals, the one that wins would be any of them.
    const tries = Array.from({ length: 20 }, (__, id) => attempt('Success', id + 1, 6_000));
    for (const told of [
      [completed, ...tries],
      [...tries, completed],
    ]) {
      expect(tonderViewOf(told)).toMatchObject({
        status: 'succeeded',
        amount: mxn(1_500_000n),
        flags: ['mismatch', 'conflict'],
      });
    }
  });

  it('tells of a second try that brought the same amount, whichever comes first', () => {
    const [one, two] = [attempt('Success', 1, 15_000), attempt('Success', 2, 15_000)];
    expect(tonderViewOf([one, observe(COMPLETED)]).flags).toEqual([]);
    expect(tonderViewOf([two, observe(COMPLETED), one]).flags).toEqual(['conflict']);
  });

  it.each([
    ['session.created', undefined, 'pending'],
    ['session.expired', 'Expired', 'expired'],
    ['session.completed', 'Pending', 'processing'],
    ['session.completed', 'Declined', 'processing'],
    ['session.completed', 'Refunded', 'refunded'],
    ['session.completed', undefined, 'succeeded'],
  ])('tells by %s with a transaction that is %s: %s', (action, transaction_status, status) => {
    expect(factOf({ action, data: { ...data, transaction_status } }).status).toBe(status);
  });

  it('ignores events that are not documented', () => {
    for (const action of ['session.teleported', undefined]) {
      expect(interpret({ action, type: 'checkout.hosted', data })).toEqual({
        ignored: 'unknown-event',
      });
    }
  });
});

describe('the Withdrawals API', () => {
  const PROCESSING = {
    id: '40f19a6b',
    currency: 'MXN',
    amount: 100.0,
    status: 'PROCESSING',
    account_data: { cuenta_beneficiario: '846180000400000001' },
    status_changes: [{ from_status: null, to_status: 'PENDING', reason: 'canary' }],
    action: null,
    metadata: { order_id: 'ORDER_ABC_789' },
    created_at: '2025-10-02T01:09:37.371365Z',
    modified_at: '2025-10-02T01:10:00.000000Z',
    provider_reference: 'PENDING',
    transfer_method: 'SPEI',
    fixed_fee: '3.5',
    tax: '16.0',
    fee_amount: null,
  };

  it('tells the whole of a withdrawal, and takes a rate of tax for no money', () => {
    expect(eventOf(PROCESSING)).toMatchObject({
      eventType: 'withdrawal.status_changed',
      dedupeId: '40f19a6b|PROCESSING|2025-10-02T01:10:00.000000Z',
      orderId: null,
      references: [],
    });
    expect(factOf(PROCESSING)).toMatchObject({
      kind: 'withdrawal',
      status: 'processing',
      occurredAt: '2025-10-02T01:10:00.000Z',
      amount: mxn(10_000n),
      net: null,
      fee: mxn(350n),
      tax: null,
      clientReference: 'ORDER_ABC_789',
      method: 'SPEI',
    });
  });

  it('takes tax for money where a profile says that it is', () => {
    const members = new Map(Object.entries({ status: 'PAID_FULL', amount: '100', tax: '0.56' }));
    const profile = { ...inForce(TONDER_PROFILES, 0), withdrawalTax: 'amount' } as const;
    const text = (name: string) => members.get(name) ?? null;
    const told = tellWithdrawal({ text, profile, account: 'mx', isAttributed: true });
    expect(told).toMatchObject({ tells: { fact: { tax: mxn(56n) } } });
  });

  it('takes the fee that was charged rather than the one that is fixed', () => {
    expect(factOf({ ...PROCESSING, fee_amount: '4.06' }).fee).toEqual(mxn(406n));
  });

  it('takes the short notice of a reversal for the same withdrawal, returned', () => {
    const notice = {
      withdrawal_id: '40f19a6b',
      status: 'refunded',
      amount: 100.0,
      currency: 'MXN',
      provider_reference: '12345678',
      updated_at: '2025-02-10T15:47:33Z',
    };
    expect(observe(notice).subject).toBe(observe(PROCESSING).subject);
    expect(eventOf(notice).references).toEqual(['12345678']);
    expect(factOf(notice)).toMatchObject({
      kind: 'withdrawal',
      status: 'refunded',
      occurredAt: '2025-02-10T15:47:33.000Z',
      refundedTotal: mxn(10_000n),
    });
  });
});

describe('a withdrawal', () => {
  const at = (status: string, minute: number) =>
    observe({
      id: 'w-1',
      status,
      amount: 100.0,
      currency: 'MXN',
      status_changes: [],
      modified_at: `2025-10-02T01:1${minute}:00Z`,
    });
  const reversal = observe({
    withdrawal_id: 'w-1',
    status: 'refunded',
    amount: 100.0,
    currency: 'MXN',
    updated_at: '2025-10-02T02:00:00Z',
  });

  it.each([
    ['after PAID_FULL', [at('PENDING', 0), at('PAID_FULL', 1), reversal]],
    ['before the late notice of PAID_FULL', [at('PENDING', 0), reversal, at('PAID_FULL', 1)]],
    ['without PAID_FULL', [at('PENDING', 0), at('PROCESSING', 1), reversal]],
    ['after REJECTED', [at('PENDING', 0), at('REJECTED', 1), reversal]],
    ['alone', [reversal]],
  ])('is returned by a reversal %s, and nothing is wrong with that', (_, observations) => {
    expect(tonderViewOf(observations)).toMatchObject({
      kind: 'withdrawal',
      status: 'refunded',
      amount: mxn(10_000n),
      orderId: null,
      flags: [],
    });
  });

  it('is told once by the Direct API and the Withdrawals API', () => {
    const direct = observe({
      id: 'w-1',
      operation_type: 'withdrawal',
      event_type: 'withdrawal_Success',
      amount: '100',
      currency: 'MXN',
      client_reference: 'payout-1',
    });
    expect(direct.subject).toBe(reversal.subject);
    expect(tonderViewOf([direct, at('PAID_FULL', 1)])).toMatchObject({
      status: 'succeeded',
      clientReference: 'payout-1',
      flags: [],
    });
  });
});

describe('the legacy shape', () => {
  const LEGACY = {
    transaction_reference: '17672577',
    status: 'Success',
    amount: 500,
    currency: 'MXN',
    operation_date: '2024-11-29 19:33:21',
    transaction_type: 'PAYMENT',
    response: { payer: { name: 'Jane Canary' } },
    related_transaction_reference: null,
    metadata: { order_id: 'ORD-1' },
  };

  it('is read in the time of Mexico City', () => {
    expect(observe(LEGACY).subject).toBe('mx/legacy/17672577');
    expect(factOf(LEGACY)).toMatchObject({
      kind: 'payment',
      status: 'succeeded',
      amount: mxn(50_000n),
      orderId: 'ORD-1',
      occurredAt: '2024-11-30T01:33:21.000Z',
    });
  });

  it('tells withdrawals and refunds by their type', () => {
    expect(factOf({ ...LEGACY, transaction_type: 'WITHDRAWAL' })).toMatchObject({
      kind: 'withdrawal',
      clientReference: 'ORD-1',
    });
    expect(
      factOf({ ...LEGACY, transaction_type: 'REFUND', related_transaction_reference: '1' }),
    ).toMatchObject({ kind: 'refund', parent: 'mx/legacy/1' });
  });
});

describe('a lookup', () => {
  const TRANSACTION = {
    id: 'fc38522e',
    operation_type: 'payment',
    status: 'success',
    amount: 150.0,
    currency: 'MXN',
    merchant_reference: 'order-789',
    created_at: '2024-07-26T10:30:00Z',
    updated_at: '2024-07-26T10:32:15Z',
    completion_details: { completed_at: '2024-07-26T10:32:14Z' },
  };
  const asked = { kind: 'transaction', reference: 'fc38522e' } as const;

  it('confirms a claim and attributes it, which the claim could not', () => {
    const claim = observe(
      {
        id: 'fc38522e',
        operation_type: 'payment',
        event_type: 'payment_Success',
        amount: '150',
        currency: 'MXN',
        client_reference: 'order-999',
      },
      { mode: 'hmac', keyId: null, verdict: 'unverified' },
    );
    expect(tonderViewOf([claim])).toMatchObject({ status: null, reported: 'succeeded' });
    const answer = observeTonderAnswer(TRANSACTION, asked);
    expect(tonderViewOf([claim, answer])).toMatchObject({
      status: 'succeeded',
      reported: null,
      orderId: 'order-789',
      amount: mxn(15_000n),
      occurredAt: '2024-07-26T10:32:14.000Z',
    });
  });

  it('answers of withdrawals and sessions as their webhooks have it', () => {
    const withdrawal = { id: 'w-1', status: 'SENT_TO_PROVIDER', amount: 100, fixed_fee: '3.5' };
    expect(
      tonderFactOf(observeTonderAnswer(withdrawal, { kind: 'withdrawal', reference: 'w-1' })),
    ).toMatchObject({ kind: 'withdrawal', status: 'processing', fee: mxn(350n) });
    const session = { id: 'cs_97', status: 'expired', amount_total: 300, external_id: 'ORD-3' };
    expect(
      tonderFactOf(observeTonderAnswer(session, { kind: 'session', reference: 'cs_97' })),
    ).toMatchObject({ status: 'expired', amount: mxn(30_000n), orderId: 'ORD-3' });
  });

  it('answers that there is none', () => {
    expect(tonderEventOf(observeTonderAnswer(null, asked)).tells).toEqual({
      about: 'payment',
      fact: null,
    });
  });

  it('says nothing of another subject, or by a status that is not documented', () => {
    for (const [change, ignored] of [
      [{ id: 'other' }, 'other-subject'],
      [{ status: 'teleported' }, 'unknown-event'],
    ] as const) {
      const answer = observeTonderAnswer({ ...TRANSACTION, ...change }, asked);
      expect(tonder.interpret(answer, 1)).toEqual({ ignored });
    }
  });
});
