import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventIdOf } from '#events/ids.js';
import { trustOf, type Observation, type Verification } from '#events/observation.js';
import { subjectKey } from '#events/subject.js';
import {
  emptyPayment,
  withAttribution,
  withFact,
  withLookup,
  type PaymentState,
} from '#ledger/payment/payment-state.js';
import { viewPayment } from '#ledger/payment/payment-view.js';
import { attributionStrength, mayConfirm } from '#ledger/trust.js';
import type { Account } from './account.js';
import { COBRU_LOOKUP_MEMBERS, COBRU_LOOKUP_VERSION } from './cobru/profile.js';
import { encodeFacts } from './facts.js';
import { readJsonBody } from './read-body.js';
import { providerOf } from './registry.js';

/** Joins one interpreted observation, as the projection does. */
type Step = (state: PaymentState) => PaymentState;

const unsigned: Verification = { mode: 'none', keyId: null, verdict: 'unverified' };

const blank: Omit<Observation, 'account' | 'schema' | 'subject' | 'value'> = {
  id: 'observation',
  kind: 'webhook',
  route: 'route',
  receivedAtMs: 0,
  verification: unsigned,
  requestId: 'request',
  providerTraceIds: [],
  redactedQuery: null,
  headers: {},
  bodyType: null,
  bodyDigest: 'd1:digest',
  traceparent: null,
  lookup: null,
  sealed: null,
};

function accountOf(provider: 'cobru' | 'mintcash'): Account {
  const rate = { perSecond: 1, burst: 1 };
  return {
    id: provider,
    provider,
    environment: 'test',
    sources: [
      {
        name: 'route',
        verification: {
          mode: 'url',
          parameter: 't',
          referenceParameter: 'ref',
          secrets: [],
          tokenKeys: [],
        },
        rate: { verified: rate, unverified: rate },
        wrongEnvironmentStatus: 400,
      },
    ],
    api: null,
  };
}

function stepOf(observation: Observation): Step {
  const interpretation = providerOf(observation.schema.provider)?.interpret(observation, 1);
  if (interpretation === undefined || 'ignored' in interpretation) {
    throw new Error(`Without effect: ${JSON.stringify(interpretation)}.`);
  }
  const { event } = interpretation;
  const trust = trustOf(observation);
  const scope = mayConfirm(trust) ? 'trusted' : 'untrusted';
  const factId = eventIdOf(observation.subject, { scope, ...event });
  const { tells } = event;
  if (tells.about !== 'payment') throw new Error(`It tells of a ${tells.about}.`);
  const fact = tells.fact === null ? null : { ...tells.fact, factId, trust };
  const { lookup } = observation;
  if (lookup !== null) {
    const askedAt = new Date(lookup.askedAtMs).toISOString();
    return (state) => withLookup(state, { factId, asOf: lookup.asOf, askedAt, found: fact });
  }
  if (fact !== null && mayConfirm(trust)) return (state) => withFact(state, fact);
  const { orderId } = event;
  return (state) =>
    orderId === null
      ? state
      : withAttribution(state, { orderId, strength: attributionStrength(trust) });
}

function webhookStep(
  provider: 'cobru' | 'mintcash',
  body: object,
  { verification, query }: { verification: Verification; query: Record<string, string> },
): Step {
  const account = accountOf(provider);
  const found = providerOf(provider);
  const extraction = found?.extractWebhook({
    account,
    route: 'route',
    body: Buffer.from(JSON.stringify(body)),
    contentType: 'application/json',
    query,
  });
  if (found === null || extraction?.readable !== true || extraction.subject === null) {
    throw new Error('The delivery has no subject.');
  }
  return stepOf({
    ...blank,
    account: account.id,
    schema: found.schemas.webhook,
    subject: subjectKey(extraction.subject) ?? '',
    verification,
    value: extraction.value,
  });
}

const instants = fc.integer({ min: 0, max: 3 }).map((minute) => `2026-06-30T15:4${minute}:00.000Z`);

const mintcashSteps = fc
  .record({
    eventId: fc.uuid(),
    event: fc.constantFrom(
      'payment.created',
      'payment.pending',
      'payment.authorized',
      'payment.succeeded',
      'payment.failed',
      'payment.voided',
      'payment.refunded',
      'payment.partially_refunded',
      'payment.refund_failed',
      'refund.pending',
      'refund.succeeded',
      'refund.failed',
    ),
    createdAt: instants,
    form: fc.constantFrom('with', 'beside', 'alone'),
    data: fc.record(
      {
        id: fc.constant('pay-1'),
        externalId: fc.constantFrom('order-1', 'order-2'),
        amount: fc.constantFrom(10, 12.5),
        currency: fc.constantFrom('USD', 'EUR'),
        amountRefunded: fc.constantFrom(0, 2.5, 10),
        failureCode: fc.constantFrom(null, 'expired', 'issuer_decline'),
        card: fc.constantFrom(null, { brand: 'visa' }),
        refund: fc.record(
          {
            id: fc.constantFrom('ref-1', 'ref-2'),
            amount: fc.constantFrom(2.5, 7.5, null),
            currency: fc.constant('USD'),
            failureCode: fc.constantFrom(null, 'issuer_decline'),
          },
          { requiredKeys: ['id'] },
        ),
      },
      { requiredKeys: ['id', 'refund'] },
    ),
  })
  .map(({ form, data, ...envelope }) =>
    webhookStep(
      'mintcash',
      { ...envelope, data: inForm(form, data) },
      {
        verification: { mode: 'hmac', keyId: 's1', verdict: 'verified' },
        query: {},
      },
    ),
  );

/** The three ways in which an event may have a payment and its refund. */
function inForm(form: string, { refund, ...payment }: { readonly refund: object }): object {
  if (form === 'alone') return { ...refund, paymentId: 'pay-1' };
  return form === 'beside' ? { payment, refund } : { ...payment, refund };
}

const cobruCallbackSteps = fc
  .record({
    state: fc.constantFrom(0, 1, 2, 3, 4, 5),
    reference: fc.constantFrom('ORD-1', 'ORD-2'),
    isVerified: fc.boolean(),
  })
  .map(({ state, reference, isVerified }) =>
    webhookStep(
      'cobru',
      { url: '3gofdf6f', state, amount: '50000.00', orderId: 'ORD-9' },
      {
        verification: isVerified
          ? { mode: 'url-secret', keyId: 's1', verdict: 'verified' }
          : unsigned,
        query: { ref: reference },
      },
    ),
  );

function lookupStep(
  subject: string,
  answer: object | null,
  at: { readonly id: string; readonly asOf: bigint; readonly askedAtMs: number },
): Step {
  const read = readJsonBody(Buffer.from(JSON.stringify(answer ?? {})), COBRU_LOOKUP_MEMBERS);
  if ('refused' in read) throw new Error(read.refused);
  return stepOf({
    ...blank,
    id: at.id,
    kind: 'lookup',
    account: 'cobru',
    schema: { provider: 'cobru', shape: 'lookup', version: COBRU_LOOKUP_VERSION },
    subject,
    verification: { mode: 'api', keyId: null, verdict: 'verified' },
    lookup: { asOf: at.asOf, askedAtMs: at.askedAtMs },
    value: encodeFacts({
      body: answer === null ? null : read.facts,
      query: new Map([['status', answer === null ? '404' : '200']]),
    }),
  });
}

const asked = fc.record({
  id: fc.uuid({ version: 7 }),
  asOf: fc.bigInt({ min: 0n, max: 3n }),
  askedAtMs: fc.integer({ min: 0, max: 3 }),
});
const states = fc.constantFrom(null, 0, 1, 2, 3, 4, 5);
const amounts = fc.constantFrom(50000, 60000);

const cobruLookupSteps = fc
  .record({ at: asked, state: states, amount: amounts })
  .map(({ at, state, amount }) =>
    lookupStep(
      'cobru/payment/3gofdf6f',
      state === null ? null : { url: '3gofdf6f', state, amount, payed_amount: 44050 },
      at,
    ),
  );

const cobruWithdrawalSteps = fc
  .record({
    at: asked,
    state: fc.oneof(states, fc.constantFrom('created', 'deposited', 'consigned', 'rejected')),
    amount: amounts,
    key: fc.constantFrom(undefined, 'PAYOUT-1', 'PAYOUT-2'),
    consigned: fc.constantFrom(0, 1697148830000),
  })
  .map(({ at, state, amount, key, consigned }) =>
    lookupStep(
      'cobru/bank-withdrawal/112941',
      state === null
        ? null
        : {
            pk: 112941,
            state,
            amount,
            fee: 100,
            gmf: 1.5,
            idempotency_key: key,
            date_consigned: consigned,
          },
      at,
    ),
  );

/** The same steps in another order, some of them several times. */
function shuffled(steps: fc.Arbitrary<Step>) {
  return fc.array(steps, { minLength: 1, maxLength: 12 }).chain((set) =>
    fc.tuple(
      fc.constant(set),
      fc
        .array(fc.constantFrom(...set), { maxLength: 12 })
        .chain((again) =>
          fc.shuffledSubarray([...set, ...again], { minLength: set.length + again.length }),
        ),
    ),
  );
}

function viewOf(steps: readonly Step[]) {
  return viewPayment(steps.reduce((state, step) => step(state), emptyPayment));
}

describe('interpreted facts', () => {
  it('of MintCash end in one view, in any order and however often', () => {
    fc.assert(
      fc.property(shuffled(mintcashSteps), ([set, other]) => {
        expect(viewOf(other)).toEqual(viewOf(set));
      }),
      { numRuns: 500 },
    );
  });

  it('of Cobru end in one view, in any order and however often', () => {
    fc.assert(
      fc.property(shuffled(fc.oneof(cobruCallbackSteps, cobruLookupSteps)), ([set, other]) => {
        expect(viewOf(other)).toEqual(viewOf(set));
      }),
      { numRuns: 500 },
    );
  });

  it('of Cobru withdrawals end in one view, in any order and however often', () => {
    fc.assert(
      fc.property(shuffled(cobruWithdrawalSteps), ([set, other]) => {
        const view = viewOf(set);
        expect(viewOf(other)).toEqual(view);
        expect(view.orderId).toBeNull();
      }),
      { numRuns: 300 },
    );
  });

  it('of Cobru callbacks alone confirm nothing', () => {
    fc.assert(
      fc.property(fc.array(cobruCallbackSteps, { maxLength: 6 }), (steps) => {
        expect(viewOf(steps)).toMatchObject({
          status: null,
          amount: null,
          flags: expect.anything(),
        });
      }),
    );
  });
});
