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
import { conomy } from './conomy.js';
import { CONOMY_STATUSES, REVIEW_APPROVED } from './statuses.js';

const ars = (minor: bigint) => ({ minor, currency: 'ARS', exponent: 2 });

describe('Conomy contracts', () => {
  const transaction = {
    id: 'tx-1',
    externalId: 'order-1',
    totalAmount: '2000.00',
    currency: 'ARS',
  };

  it.each([
    ['A', { event: 'Transaction.Received', data: { transaction }, signature: '00' }],
    ['B', { eventType: 'payment.settled', timestamp: '2026-04-17T15:30:00Z', transaction }],
    ['C', { eventType: 'payment.settled', transaction, signature: '00' }],
    ['C, nested', { eventType: 'payment.settled', data: { transaction }, signature: '00' }],
  ])('%s is read by the one parser', (_, body) => {
    expect(observeConomy(body).subject).toBe('conomy/transaction/tx-1');
    expect(conomyEvent(body)).toMatchObject({
      orderId: 'order-1',
      tells: { about: 'payment', fact: { status: 'succeeded', amount: ars(200_000n) } },
    });
  });

  it('state neither an environment nor anything in the query', () => {
    const body = {
      ...conomyDelivery('payment.settled'),
      traceId: '5f8f2a8e-4b7c-4a1e-8d3f-1234567890ab',
    };
    expect(extractConomyBody(body)).toMatchObject({
      environment: null,
      providerTraceIds: ['5f8f2a8e-4b7c-4a1e-8d3f-1234567890ab'],
      withheld: [],
    });
    expect(extractConomyBody(body).value.toString()).not.toContain('canary');
  });

  it('take members of the transaction that names the subject, never of another beside it', () => {
    const other = { id: 'tx-2', externalId: 'order-2', totalAmount: '9.00', currency: 'ARS' };
    const body = {
      ...conomyDelivery('payment.settled', { externalId: null }),
      data: { transaction: other },
    };
    expect(observeConomy(body).subject).toBe('conomy/transaction/tx-1');
    expect(conomyEvent(body)).toMatchObject({
      orderId: null,
      tells: { fact: { amount: ars(200_000n) } },
    });
  });
});

describe('Conomy transactions', () => {
  it('of type WITHDRAWAL_ACCOUNT are withdrawals with our reference', () => {
    const body = conomyDelivery('payment.settled', {
      type: 'WITHDRAWAL_ACCOUNT',
      externalId: 'payout-1',
    });
    expect(conomyEvent(body).orderId).toBeNull();
    expect(conomyFact(body)).toMatchObject({
      kind: 'withdrawal',
      status: 'succeeded',
      clientReference: 'payout-1',
      orderId: null,
    });
  });

  it.each([
    ['P2P', 'unbooked-type'],
    ['COLLECT', 'unbooked-type'],
    ['FEE', 'unbooked-type'],
    ['REMITTANCE', 'unbooked-type'],
    ['CASHBACK', 'unknown-type'],
  ])('of type %s are never booked as a payment', (type, ignored) => {
    const body = conomyDelivery('payment.settled', { type });
    expect(interpretConomyBody(body)).toEqual({ ignored });
  });

  it('name the batch that pays them out', () => {
    const settlementBatchId = 'settlement-ARS-1744889400';
    expect(conomyFact(conomyDelivery('payment.settled', { settlementBatchId }))).toMatchObject({
      settlementBatch: settlementBatchId,
    });
  });

  it.each([
    ['CAPTURED', 'capturedAt'],
    ['SETTLED', 'settledAt'],
    ['EXPIRED', 'expiredAt'],
    ['UNSETTLED', 'unsettledAt'],
  ])('came to %s at the time of that status', (status, member) => {
    const times = {
      capturedAt: '2026-04-17T01:00:00Z',
      settledAt: '2026-04-17T01:00:00Z',
      expiredAt: '2026-04-17T01:00:00Z',
      unsettledAt: '2026-04-17T01:00:00Z',
    };
    const exact = conomyChange(status, { ...times, [member]: '2026-04-17T12:00:00-03:00' });
    expect(conomyEvent(exact).occurredAt).toBe('2026-04-17T15:00:00.000Z');
    expect(conomyFact(exact).occurredAt).toBe('2026-04-17T15:00:00.000Z');
    const without = conomyChange(status, { ...times, [member]: null });
    expect(conomyEvent(without).occurredAt).toBe('2026-04-17T15:30:00.000Z');
  });

  it.each([...CONOMY_STATUSES.keys()].filter((name) => name !== REVIEW_APPROVED))(
    'tell %s as one fact under one key, whenever it is sent again',
    (status) => {
      const name = 'transaction.status_changed';
      const first = conomyEvent(conomyDelivery(name, { status }, '2026-04-17T15:30:00Z'));
      const again = conomyEvent(conomyDelivery(name, { status }, '2026-04-17T16:30:00Z'));
      expect(again.tells).toEqual(first.tells);
      expect(again.dedupeId).toBe(first.dedupeId);
      expect(again.occurredAt).toBe('2026-04-17T16:30:00.000Z');
    },
  );

  it('say why they are unsettled in a word, never in a sentence', () => {
    const reason = (unsettledReason: string) =>
      conomyFact(conomyDelivery('payment.unsettled', { unsettledReason })).failureCode;
    expect(reason('AMOUNT_MISMATCH')).toBe('AMOUNT_MISMATCH');
    expect(reason('Sender Ana Gómez is not known')).toBeNull();
  });

  it.each([
    [
      { totalAmount: '49990', currency: 'CLP' },
      { minor: 49_990n, currency: 'CLP', exponent: 0 },
    ],
    [
      { totalAmount: '1500', currency: 'PYG' },
      { minor: 1_500n, currency: 'PYG', exponent: 0 },
    ],
    [
      { totalAmount: '0.1', currency: 'USDC' },
      { minor: 100_000n, currency: 'USDC', exponent: 6 },
    ],
    [{ totalAmount: 2000.5, currency: 'ARS' }, ars(200_050n)],
    [{ totalAmount: '49990.5', currency: 'CLP' }, null],
    [{ totalAmount: '1e3', currency: 'ARS' }, null],
    [{ totalAmount: '10', currency: 'XXX' }, null],
    [{ totalAmount: '10', currency: 'ars' }, ars(1_000n)],
    [{ totalAmount: null, purchaseAmount: '7.50', purchaseCurrency: 'ars' }, ars(750n)],
    [{ totalAmount: '7.50', currency: 'toString' }, null],
    [{ totalAmount: null, purchaseAmount: '7.50' }, ars(750n)],
    [{ totalAmount: null, purchaseAmount: '7.50', purchaseCurrency: 'ARS' }, ars(750n)],
    // Another sum of money, not the same in other words.
    [{ totalAmount: null, purchaseAmount: '7.50', purchaseCurrency: 'USD' }, null],
    [{ totalAmount: '9.00', purchaseAmount: '7.50', purchaseCurrency: 'USD' }, ars(900n)],
  ])('state their amount: %o', (members, amount) => {
    expect(conomyFact(conomyDelivery('payment.settled', members)).amount).toEqual(amount);
  });

  it.each([
    [{ totalAmount: '10', currency: 'XXX' }, ['mismatch']],
    [{ totalAmount: null, purchaseAmount: '7.50', purchaseCurrency: 'USD' }, ['mismatch']],
    [{ totalAmount: null }, []],
  ])('say where theirs is no money that we know: %o', (members, marks) => {
    const fact = conomyFact(conomyDelivery('payment.settled', members));
    expect(fact).toMatchObject({ status: 'succeeded', amount: null, marks });
  });

  it.each([
    ['unverified', { mode: 'none', keyId: null, verdict: 'unverified' }],
    ['log-only', { mode: 'hmac', keyId: null, verdict: 'unverified' }],
    ['covered by no signature', { mode: 'url-secret', keyId: 's1', verdict: 'verified' }],
  ] as const)('that are %s name no order', (_, verification) => {
    const body = conomyDelivery('payment.settled');
    expect(conomyEvent(body, verification)).toMatchObject({
      orderId: null,
      references: ['order-1'],
      tells: { fact: { status: 'succeeded', orderId: null } },
    });
  });
});

describe('Conomy customers', () => {
  const customer = {
    id: 'c-1',
    operationLevel: 'BASIC',
    autoCreated: true,
    documentsCount: 1,
  };
  const body = (members: object = {}) => ({
    eventType: 'customer.levelChanged',
    timestamp: '2026-04-17T15:42:10Z',
    customer: { ...customer, ...members },
  });

  it.each([
    ['INACTIVE', 'inactive'],
    ['BASIC', 'basic'],
    ['STANDARD', 'standard'],
    ['FULL', 'full'],
  ])('of level %s', (operationLevel, level) => {
    expect(observeConomy(body()).subject).toBe('conomy/customer/c-1');
    expect(conomyEvent(body({ operationLevel }))).toEqual({
      eventType: 'customer.levelChanged',
      dedupeId: 'c-1|2026-04-17T15:42:10Z',
      providerEventId: null,
      orderId: null,
      occurredAt: '2026-04-17T15:42:10.000Z',
      references: [],
      tells: {
        about: 'customer',
        fact: {
          level,
          occurredAt: '2026-04-17T15:42:10.000Z',
          isAutoCreated: true,
          documents: 1,
        },
      },
    });
  });

  it('may leave everything open but the level', () => {
    const bare = body({ autoCreated: null, documentsCount: null });
    expect(conomyEvent(bare)).toMatchObject({
      references: [],
      tells: { fact: { level: 'basic', isAutoCreated: null, documents: null } },
    });
  });

  it('of an unknown level have no effect', () => {
    expect(interpretConomyBody(body({ operationLevel: 'GOLD' }))).toEqual({
      ignored: 'unknown-level',
    });
  });

  it.each([
    'ana.gomez@example.com',
    'Ana Gómez',
    'maria.gonzalez',
    '+5491155551234',
    '573001112233',
    '23-11122233-1',
    '4111111111111111',
  ])('who are named by %s keep it to themselves', (clientId) => {
    expect(extractConomyBody(body({ clientId })).value.toString()).not.toContain(clientId);
    expect(conomyEvent(body({ clientId })).references).toEqual([]);
  });

  it.each([
    [2_147_483_647, 2_147_483_647],
    ['12', 12],
    [2_147_483_648, null],
    [99_999_999_999, null],
    [-99_999_999_999, null],
  ])('have %s documents only where that may be a count', (documentsCount, documents) => {
    expect(conomyEvent(body({ documentsCount })).tells).toMatchObject({ fact: { documents } });
  });
});

describe('Conomy facts', () => {
  const CANARIES = {
    firstName: 'Canary-Name',
    lastName: 'Canary-Surname',
    email: 'canary@example.com',
    phone: '+5491155551234',
    documentNumber: '23111222331',
    cardNumber: '4111111111111111',
    accountNumber: '0000003100010000000001',
    description: 'a canary sings',
    secretKey: 'whsec_canary',
  };

  it('hold no person, wherever in a body they stand', () => {
    const nested = { ...CANARIES, customer: CANARIES, identity: CANARIES, origins: [CANARIES] };
    const bodies = [
      { ...conomyDelivery('payment.settled', nested), identity: CANARIES, ...CANARIES },
      {
        event: 'Transaction.Received',
        data: { transaction: { id: 'tx-1', ...nested }, ...CANARIES },
      },
      { eventType: 'customer.levelChanged', customer: { id: 'c-1', ...nested } },
    ];
    for (const body of bodies) {
      const value = extractConomyBody(body).value.toString();
      for (const canary of Object.values(CANARIES)) expect(value).not.toContain(canary);
    }
  });

  it('hold no canary in a named member either', () => {
    for (const canary of Object.values(CANARIES).filter((text) => /[@ +]|4111|_/.test(text))) {
      const named = Object.fromEntries(
        ['id', 'status', 'type', 'totalAmount', 'currency', 'settlementBatchId', 'settledAt'].map(
          (name) => [name, canary],
        ),
      );
      const body = {
        ...conomyDelivery('payment.settled', named),
        eventType: canary,
        traceId: canary,
      };
      const extraction = extractConomyBody(body);
      expect(extraction.value.toString()).not.toContain(canary);
      expect(extraction).toMatchObject({ subject: null, providerTraceIds: [] });
    }
  });

  it('keep number text as it was sent', () => {
    const text =
      '{"eventType":"payment.settled","transaction":{"id":"tx-1","totalAmount":2000.50}}';
    expect(extractConomyBody(text).value.toString()).toBe(`{"body":${text},"query":{}}`);
  });
});

describe('the catalogue of Conomy', () => {
  it('has an effect in every entry', () => {
    const without = conomy.catalogue.filter(({ body }) => 'ignored' in interpretConomyBody(body));
    expect(without).toEqual([]);
  });

  it('tells its entries apart', () => {
    const names = conomy.catalogue.map(({ shape, name }) => `${shape}: ${name}`);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThan(80);
  });
});
