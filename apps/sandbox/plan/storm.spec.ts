import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeObservation } from '#events/envelope.js';
import type { Observation } from '#events/observation.js';
import { subjectKey } from '#events/subject.js';
import { uuidV7 } from '#events/uuid.js';
import { viewOrder, type OrderPayment } from '#ledger/order/order.js';
import { emptyPayment, type PaymentState } from '#ledger/payment/payment-state.js';
import { viewPayment } from '#ledger/payment/payment-view.js';
import { interpretRecord } from '#projection/interpret-record.js';
import { joined } from '#projection/fold-payments.js';
import { cobruClient } from '#providers/cobru/client.js';
import { providerOf } from '#providers/registry.js';
import { checkCredential, checkSignature } from '#providers/verification.js';
import type { Happening } from '../books/payment.js';
import { cobruDetail } from './cobru-payload.js';
import type { PlannedDelivery } from './delivery.js';
import { expectedOrders, planStorm, type StormPlan } from './storm.js';
import type { StormOptions } from './storm-options.js';
import { playedAccounts } from './played-accounts.js';
import { SCENARIOS } from './scenarios.js';
import { sandboxTestAccounts } from './test-accounts.js';

const accounts = playedAccounts(sandboxTestAccounts());
const options: StormOptions = {
  count: 300,
  ratePerSecond: 200,
  duplicatesPercent: 40,
  forgeriesPercent: 20,
  reorderWindow: 20,
  providers: ['mintcash', 'cobru'],
  accounts,
};

describe('a storm', () => {
  it('is the same for the same seed, byte for byte, and another for another seed', () => {
    expect(planStorm(options, 7)).toEqual(planStorm(options, 7));
    expect(bodies(planStorm(options, 7))).not.toEqual(bodies(planStorm(options, 8)));
  });

  it('has exactly as many deliveries as asked for, at the rate asked for', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.nat(), (count, seed) => {
        const { deliveries } = planStorm({ ...options, count, ratePerSecond: 100 }, seed);
        expect(deliveries).toHaveLength(count);
        expect(deliveries.map((one) => one.dueMs)).toEqual(deliveries.map((_, i) => i * 10));
        expect(new Set(deliveries.map((one) => one.id)).size).toBe(count);
      }),
      { numRuns: 50 },
    );
  });

  it('shows every scenario before any comes again, both content types, and every forgery', () => {
    const plan = planStorm({ ...options, count: 2_000, forgeriesPercent: 40 }, 1);
    expect(new Set(plan.orders.slice(0, SCENARIOS.length).map((one) => one.scenario)).size).toBe(
      SCENARIOS.length,
    );
    expect(new Set(plan.deliveries.map((one) => one.headers['content-type']))).toEqual(
      new Set(['application/json', 'application/x-www-form-urlencoded']),
    );
    expect(new Set(plan.deliveries.map((one) => one.forgery))).toEqual(
      new Set([
        null,
        'wrong-secret',
        'no-signature',
        'tampered-body',
        'claims-paid',
        'names-another-order',
      ]),
    );
  });

  it('never plans two payments under one reference', () => {
    const { payments } = planStorm({ ...options, count: 20_000 }, 3);
    expect(new Set(payments.map((one) => one.reference)).size).toBe(payments.length);
  });

  it('verifies where it is genuine, and nowhere else', () => {
    for (const delivery of planStorm({ ...options, count: 1_000 }, 5).deliveries) {
      const { verification, isRefused } = check(delivery);
      expect(verification.verdict).toBe(delivery.isGenuine ? 'verified' : 'unverified');
      expect(isRefused).toBe(!delivery.isGenuine && delivery.provider === 'mintcash');
    }
  });

  it('ends in the expected states when it is folded as it was planned', async () => {
    for (const seed of [1, 2, 3, 4]) {
      const plan = planStorm(options, seed);
      const expected = [...expectedOrders(plan).values()];
      const folded = await foldPlan(plan, plan.deliveries);
      expect(folded).toEqual(
        Object.fromEntries(
          expected.map(({ orderId, status }) => [
            orderId,
            { status, assurance: 'confirmed', reported: null },
          ]),
        ),
      );
    }
  });

  it('ends in the expected states of its genuine deliveries alone', async () => {
    const plan = planStorm(options, 11);
    const genuine = plan.deliveries.filter((one) => one.isGenuine && one.copy === 0);
    expect(await foldPlan(plan, genuine)).toEqual(await foldPlan(plan, plan.deliveries));
  });
});

function bodies({ deliveries }: StormPlan): readonly string[] {
  return deliveries.map((delivery) => delivery.body.toString());
}

/** What the whole product makes of the deliveries, without its edge, its log and its database. */
async function foldPlan(plan: StormPlan, deliveries: readonly PlannedDelivery[]) {
  const states = new Map<string, PaymentState>();
  const histories = new Map<string, Happening[]>();
  let position = 0n;
  for (const delivery of deliveries) {
    const { verification, isRefused } = check(delivery);
    if (delivery.books !== null) {
      histories.set(delivery.books.reference, [
        ...(histories.get(delivery.books.reference) ?? []),
        delivery.books.happening,
      ]);
    }
    if (isRefused) continue;
    const { account, source } = playedOf(delivery);
    const { t: _credential, ...query } = delivery.query;
    const extraction = providerOf(delivery.provider)?.extractWebhook({
      account,
      route: source.name,
      body: delivery.body,
      contentType: delivery.headers['content-type'] ?? null,
      query,
    });
    if (extraction?.readable !== true || extraction.subject === null)
      throw new Error('Unreadable.');
    const subject = subjectKey(extraction.subject) ?? '';
    position += 1n;
    join(states, position, {
      ...observationBase(delivery.provider, account.id),
      kind: 'webhook',
      subject,
      verification,
      value: extraction.value,
    });
  }
  for (const payment of plan.payments.filter((one) => one.provider === 'cobru')) {
    position += 1n;
    const history = (histories.get(payment.reference) ?? []).sort((a, b) => a.step - b.step);
    join(states, position, await lookedUp({ payment, history, asOf: position }));
  }
  return viewOrders(states);
}

async function lookedUp({
  payment,
  history,
  asOf,
}: {
  payment: StormPlan['payments'][number];
  history: readonly Happening[];
  asOf: bigint;
}): Promise<Observation> {
  const account = accounts.cobru?.account;
  if (account === undefined) throw new Error('No account.');
  const answers = [{ access: 'a.b.c' }, cobruDetail(payment, history)];
  const client = cobruClient(account, {
    nowMs: () => 0,
    http: async () => ({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(answers.shift())),
    }),
  });
  const subject = {
    account: account.id,
    kind: 'payment',
    reference: payment.reference,
  } as const;
  const { value } = await client.lookup(subject);
  return {
    ...observationBase('cobru', account.id),
    kind: 'lookup',
    schema: { provider: 'cobru', shape: 'lookup', version: 1 },
    subject: subjectKey(subject) ?? '',
    verification: { mode: 'api', keyId: null, verdict: 'verified' },
    lookup: { asOf, askedAtMs: 0 },
    value,
  };
}

function observationBase(provider: string, account: string) {
  return {
    id: uuidV7(),
    account,
    route: account,
    receivedAtMs: 0,
    schema: { provider, shape: 'webhook', version: 1 },
    requestId: 'r',
    providerTraceIds: [],
    redactedQuery: null,
    headers: {},
    bodyType: null,
    bodyDigest: 'd1:00',
    traceparent: null,
    lookup: null,
    sealed: null,
  };
}

function join(states: Map<string, PaymentState>, position: bigint, observation: Observation): void {
  const record = encodeObservation(observation);
  const { meaning } = interpretRecord(
    { ...record, partition: 0, position, appendedAtMs: Date.UTC(2027, 0, 1) },
    Date.UTC(2027, 0, 1),
  );
  if (meaning.kind !== 'event') throw new Error(`Not an event: ${JSON.stringify(meaning.reason)}`);
  const state = states.get(observation.subject) ?? emptyPayment;
  states.set(observation.subject, joined(state, meaning, { position, recordedAtMs: 0 }));
}

function viewOrders(states: ReadonlyMap<string, PaymentState>) {
  const payments = new Map<string, OrderPayment[]>();
  for (const state of states.values()) {
    const { orderId, ...view } = viewPayment(state);
    if (orderId !== null) payments.set(orderId, [...(payments.get(orderId) ?? []), view]);
  }
  return Object.fromEntries(
    [...payments].map(([orderId, list]) => {
      const { status, assurance, reported } = viewOrder(list);
      return [orderId, { status, assurance, reported }];
    }),
  );
}

function check(delivery: PlannedDelivery) {
  const { account, source } = playedOf(delivery);
  const { headers, query, body } = delivery;
  const credential = checkCredential(source, { headers, query, account: account.id });
  return checkSignature(source, { headers, body, credential });
}

function playedOf({ provider }: PlannedDelivery) {
  const played = accounts[provider];
  if (played === undefined) throw new Error(`No account of ${provider}.`);
  return played;
}
