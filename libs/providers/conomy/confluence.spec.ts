import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventIdOf } from '#events/ids.js';
import { trustOf, type Observation } from '#events/observation.js';
import {
  emptyPayment,
  withFact,
  withLookup,
  type PaymentState,
} from '#ledger/payment/payment-state.js';
import { viewPayment } from '#ledger/payment/payment-view.js';
import { BLANK_CONOMY, observeConomy } from '../../../test/harness/conomy-observations.js';
import { encodeFacts } from '../facts.js';
import { readJsonBody } from '../read-body.js';
import { conomy } from './conomy.js';
import { CONOMY_EVENTS } from './events.js';
import { CONOMY_LOOKUP_MEMBERS } from './profile.js';
import { CONOMY_STATUSES } from './statuses.js';

/** Joins one interpreted observation, as the projection does. */
type Step = (state: PaymentState) => PaymentState;

function stepOf(observation: Observation): Step {
  const interpretation = conomy.interpret(observation, 1);
  if ('ignored' in interpretation) return (state) => state;
  const { event } = interpretation;
  if (event.tells.about !== 'payment') throw new Error('It is about no payment.');
  const factId = eventIdOf(observation.subject, { scope: 'trusted', ...event });
  const trust = trustOf(observation);
  const fact = event.tells.fact === null ? null : { ...event.tells.fact, factId, trust };
  const { lookup } = observation;
  if (lookup === null) return (state) => (fact === null ? state : withFact(state, fact));
  const askedAt = new Date(lookup.askedAtMs).toISOString();
  return (state) => withLookup(state, { factId, asOf: lookup.asOf, askedAt, found: fact });
}

const webhookStep = (body: object): Step => stepOf(observeConomy(body));

function lookupStep(body: object | null, lookup: NonNullable<Observation['lookup']>): Step {
  const read = readJsonBody(Buffer.from(JSON.stringify(body ?? {})), CONOMY_LOOKUP_MEMBERS);
  if ('refused' in read) throw new Error(read.refused);
  const query = new Map([['status', body === null ? '404' : '200']]);
  return stepOf({
    ...BLANK_CONOMY,
    id: `lookup-${lookup.asOf}-${lookup.askedAtMs}`,
    kind: 'lookup',
    verification: { mode: 'api', keyId: null, verdict: 'verified' },
    subject: 'conomy/transaction/tx-1',
    lookup,
    value: encodeFacts({ body: body === null ? null : read.facts, query }),
  });
}

function viewOf(steps: readonly Step[]) {
  return viewPayment(steps.reduce((state, step) => step(state), emptyPayment));
}

const instants = fc.integer({ min: 0, max: 3 }).map((minute) => `2026-04-17T15:3${minute}:00Z`);
const documentedStatuses = [...CONOMY_STATUSES.keys()].filter((name) => /^[A-Z_]+$/.test(name));

const transactions = fc.record(
  {
    id: fc.constant('tx-1'),
    externalId: fc.constantFrom('order-1', 'order-2'),
    status: fc.constantFrom(...documentedStatuses),
    type: fc.constantFrom('PURCHASE', 'REFUND', 'WITHDRAWAL_ACCOUNT', null),
    totalAmount: fc.constantFrom('2000.00', '1500.00', null),
    currency: fc.constantFrom('ARS', 'CLP'),
    parentPaymentId: fc.constantFrom('tx-0', 'tx-9', null),
    settlementBatchId: fc.constantFrom('batch-1', 'batch-2', null),
    settledAt: fc.option(instants),
    unsettledReason: fc.constantFrom('AMOUNT_MISMATCH', null),
  },
  { requiredKeys: ['id'] },
);

// One body for each event and status: another one of the same key is a conflict, and not applied.
const webhookSteps = fc
  .record({
    eventType: fc.constantFrom(...CONOMY_EVENTS.keys()),
    timestamp: instants,
    transaction: transactions,
  })
  .map((body) => ({
    id: `${body.eventType}/${body.transaction.status ?? ''}`,
    step: webhookStep(body),
  }));

// One answer for each question: an observation's id names it for ever.
const lookupSteps = fc
  .record({
    asOf: fc.bigInt({ min: 0n, max: 3n }),
    askedAtMs: fc.integer({ min: 0, max: 3 }),
  })
  .chain((lookup) =>
    fc
      .constantFrom(null, 'CAPTURED', 'RECEIVED', 'SETTLED', 'UNSETTLED')
      .map((status) => ({ lookup, status })),
  )
  .map(({ lookup, status }) => {
    const place = Number(lookup.asOf) * 4 + lookup.askedAtMs;
    const totalAmount = place % 2 === 0 ? '2000.00' : null;
    return {
      id: `${lookup.asOf}/${lookup.askedAtMs}`,
      step: lookupStep(
        status === null ? null : { id: 'tx-1', status, totalAmount, currency: 'ARS' },
        lookup,
      ),
    };
  });

const byId = { selector: ({ id }: { readonly id: string }) => id };

const steps = fc
  .tuple(
    fc.uniqueArray(webhookSteps, { minLength: 1, maxLength: 10, ...byId }),
    fc.uniqueArray(lookupSteps, { maxLength: 3, ...byId }),
  )
  .map((lists) => lists.flat().map(({ step }) => step));

/** The same steps in another order, some of them several times. */
const shuffled = steps.chain((set) =>
  fc.tuple(
    fc.constant(set),
    fc
      .array(fc.constantFrom(...set), { maxLength: 10 })
      .chain((again) =>
        fc.shuffledSubarray([...set, ...again], { minLength: set.length + again.length }),
      ),
  ),
);

describe('facts of Conomy', () => {
  it('end in one view, in any order and however often', () => {
    fc.assert(
      fc.property(shuffled, ([set, other]) => {
        expect(viewOf(other)).toEqual(viewOf(set));
      }),
      { numRuns: 1_000 },
    );
  });

  it('ends settled, whatever of a good life cycle arrives and in whatever order', () => {
    const names = ['ATTEMPT', 'CREATED', 'AUTHORIZED', 'REQUIRES_REVIEW', 'CAPTURED', 'RECEIVED'];
    const stale = [...names, 'EXPIRED', 'FAILED'].map((status) =>
      webhookStep(told('transaction.status_changed', status)),
    );
    fc.assert(
      fc.property(
        fc.subarray(stale),
        fc.constantFrom('payment.settled', 'transaction.status_changed'),
        fc.nat(),
        (before, name, place) => {
          const at = place % (before.length + 1);
          const settled = webhookStep(told(name, 'SETTLED'));
          expect(viewOf(before.toSpliced(at, 0, settled))).toMatchObject({
            status: 'succeeded',
            amount: { minor: 200_000n },
            settlementBatch: 'batch-1',
          });
        },
      ),
    );
  });
});

function told(eventType: string, status: string, members: object = {}) {
  const transaction = {
    id: 'tx-1',
    externalId: 'order-1',
    type: 'PURCHASE',
    status,
    totalAmount: '2000.00',
    currency: 'ARS',
    settlementBatchId: 'batch-1',
    ...members,
  };
  return { eventType, timestamp: '2026-04-17T15:30:00Z', transaction };
}

describe('two tellings of one fact', () => {
  const refund = { type: 'REFUND', parentPaymentId: 'tx-0' };
  const withdrawal = { type: 'WITHDRAWAL_ACCOUNT' };

  it.each([
    ['payment.settled', 'SETTLED', {}],
    ['payment.settled', 'SETTLED', withdrawal],
    ['payment.expired', 'EXPIRED', {}],
    ['payment.unsettled', 'UNSETTLED', {}],
    ['payment.requiresReview', 'REQUIRES_REVIEW', {}],
    ['payment.reviewApproved', 'CAPTURED', {}],
    ['payment.reviewRejected', 'FAILED', {}],
    ['payment.refund.created', 'RECEIVED', refund],
    ['payment.refund.captured', 'CAPTURED', refund],
    ['payment.refund.settled', 'SETTLED', refund],
    ['payment.refund.failed', 'FAILED', refund],
  ])('%s and transaction.status_changed to %s have one effect', (name, status, members) => {
    const specific = webhookStep(told(name, status, members));
    const legacy = webhookStep(told('transaction.status_changed', status, members));
    const { ...alone } = viewOf([specific]);
    expect(viewOf([specific, legacy])).toEqual(alone);
    expect(viewOf([legacy, specific])).toEqual(alone);
  });

  it.each([
    ['payment.reviewApproved', 'CAPTURED', 'processing'],
    ['payment.reviewRejected', 'FAILED', 'failed'],
  ])('%s, its umbrella and the status that follows have one effect', (name, status, expected) => {
    const before = ['CAPTURED', 'REQUIRES_REVIEW'].map((word) =>
      webhookStep(told('transaction.status_changed', word)),
    );
    expect(viewOf(before).status).toBe('in_review');
    const result = [name, 'payment.reviewResolved', 'transaction.status_changed'].map((event) =>
      webhookStep(told(event, status)),
    );
    const [specific, umbrella] = result;
    if (specific === undefined || umbrella === undefined) throw new Error('Two events are told.');
    const view = viewOf([...before, specific]);
    expect(view.status).toBe(expected);
    expect(viewOf([...before, umbrella])).toEqual(view);
    expect(viewOf([...result, ...before, umbrella])).toEqual(view);
  });

  it.each(['payment.settled', 'payment.unsettled'])(
    'purchase.overpaid marks what stands beside %s and changes nothing else',
    (name) => {
      const status = name === 'payment.settled' ? 'SETTLED' : 'UNSETTLED';
      const specific = webhookStep(told(name, status));
      const { flags, ...rest } = viewOf([specific]);
      const both = viewOf([specific, webhookStep(told('purchase.overpaid', status))]);
      expect(both).toEqual({ ...rest, flags: [...flags, 'overpaid'] });
    },
  );

  it.each([
    ['payment.refund.created', 'CREATED', 'pending'],
    ['payment.refund.captured', 'CAPTURED', 'processing'],
    ['payment.refund.settled', 'SETTLED', 'succeeded'],
    ['payment.refund.failed', 'FAILED', 'failed'],
    ['transaction.status_changed', 'RECEIVED', 'pending'],
  ])('a receipt without a type says nothing against %s', (name, status, expected) => {
    const untyped = webhookStep({
      event: 'Transaction.Received',
      data: { transaction: { id: 'tx-1', totalAmount: '2000.00', currency: 'ARS' } },
    });
    const typed = webhookStep(told(name, status, refund));
    for (const order of [
      [untyped, typed],
      [typed, untyped],
    ]) {
      expect(viewOf(order)).toMatchObject({ kind: 'refund', status: expected });
    }
  });

  it('a receipt without a type pays a withdrawal whose capture was told with one', () => {
    const untyped = webhookStep({
      event: 'Transaction.Received',
      data: { transaction: { id: 'tx-1', totalAmount: '2000.00', currency: 'ARS' } },
    });
    const captured = webhookStep(told('transaction.status_changed', 'CAPTURED', withdrawal));
    expect(viewOf([untyped, captured])).toMatchObject({ kind: 'withdrawal', status: 'succeeded' });
  });

  it('a receipt and its settlement are one success of one amount', () => {
    const received = webhookStep(told('Transaction.Received', 'RECEIVED'));
    const settled = webhookStep(told('payment.settled', 'SETTLED', { totalAmount: null }));
    for (const order of [
      [received, settled],
      [settled, received],
    ]) {
      expect(viewOf(order)).toMatchObject({
        status: 'succeeded',
        amount: { minor: 200_000n },
        settlementBatch: 'batch-1',
        flags: [],
      });
    }
  });
});
