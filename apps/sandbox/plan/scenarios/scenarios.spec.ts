import { describe, expect, it } from 'vitest';
import { PlannedFold, verdictOf } from '../../../../test/harness/planned-fold.js';
import { planOrder } from '../order-plan.js';
import { playedAccounts } from '../played-accounts.js';
import { SCENARIOS, scenariosOf, stepOf } from '../scenario-catalogue.js';
import { PLAYED_PROVIDERS, type Scenario } from '../scenario.js';
import { sandboxTestAccounts } from '../test-accounts.js';

const accounts = playedAccounts(sandboxTestAccounts());
const SEEDS = [1, 2, 3, 4, 5, 6];

describe.each(SCENARIOS.map((one) => [`${one.provider} ${one.name}`, one] as const))(
  '%s',
  (_name, scenario) => {
    it('verifies as its account is configured, in every form and method', () => {
      for (const seed of SEEDS) {
        for (const delivery of honest(scenario, seed).deliveries) {
          expect(verdictOf(delivery, accounts)).toMatchObject({
            verification: { verdict: 'verified' },
            isRefused: false,
            reason: null,
          });
        }
      }
    });

    it('ends in its final status when it is delivered honestly', async () => {
      for (const seed of SEEDS) {
        const { plan, fold } = await folded(scenario, seed);
        const orders = [...fold.orders()].map(([orderId, { status, assurance, reported }]) => ({
          orderId,
          status,
          assurance,
          reported,
        }));
        expect(orders.sort(byOrderId)).toEqual(
          [...plan.orders]
            .map(([orderId, status]) => ({
              orderId,
              status,
              assurance: 'confirmed',
              reported: null,
            }))
            .sort(byOrderId),
        );
      }
    });

    it('ends in the same status when everything is looked up as well', async () => {
      const { plan, fold } = await folded(scenario, 7, PLAYED_PROVIDERS);
      const statuses = new Map([...fold.orders()].map(([id, { status }]) => [id, status]));
      expect(statuses).toEqual(new Map(plan.orders));
    });
  },
);

describe('what has no order', () => {
  it.each([
    ['cobru', 'bank-withdrawal-paid', 'succeeded'],
    ['cobru', 'bank-withdrawal-rejected', 'failed'],
    ['cobru', 'bank-withdrawal-error', 'failed'],
    ['conomy', 'withdrawal-settled', 'succeeded'],
    ['conomy', 'withdrawal-failed', 'failed'],
    ['conomy', 'refund-of-unknown-payment', 'succeeded'],
    ['conomy', 'customer-levels', 'full'],
    ['mintcash', 'subscription-renewed', 'active'],
    ['mintcash', 'subscription-renewed-other-spelling', 'active'],
    ['mintcash', 'subscription-recovered', 'active'],
    ['mintcash', 'subscription-dunned', 'cancelled'],
    ['mintcash', 'subscription-cancelled', 'cancelled'],
    ['mintcash', 'subscription-never-paid', 'failed'],
    ['tonder', 'unsolicited-deposit', 'succeeded'],
    ['tonder', 'withdrawal-paid', 'succeeded'],
    ['tonder', 'withdrawal-rejected', 'failed'],
    ['tonder', 'withdrawal-reversed', 'refunded'],
    ['tonder', 'withdrawal-reversed-unpaid', 'refunded'],
    ['tonder', 'direct-withdrawal-paid', 'succeeded'],
    ['tonder', 'direct-withdrawal-declined', 'failed'],
    ['tonder', 'direct-withdrawal-failed', 'failed'],
  ] as const)('%s %s ends %s all the same', async (provider, name, status) => {
    const scenario = scenariosOf(provider).find((one) => one.name === name);
    if (scenario === undefined) throw new Error('No scenario.');
    const { plan, fold } = await folded(scenario, 1);
    const { kind, reference } = plan.objects[0] ?? {};
    const isRegister = kind === 'customer' || kind === 'subscription';
    const found = isRegister
      ? [...fold.latest()]
      : [...fold.payments()].map(([key, view]) => [key, view.status] as const);
    expect(found.find(([key]) => key.endsWith(`/${reference}`))?.[1]).toBe(status);
  });
});

describe('the catalogue', () => {
  it('has no name twice, and every provider can be played with one delivery', () => {
    for (const provider of PLAYED_PROVIDERS) {
      const scenarios = scenariosOf(provider);
      expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length);
      expect(Math.min(...scenarios.map(({ steps }) => steps.length))).toBe(1);
    }
  });

  it.each([
    ['cobru', 'paid', 'state.3'],
    ['conomy', 'paid', 'payment.settled'],
    ['mintcash', 'paid', 'payment.succeeded'],
    ['tonder', 'paid', 'payment_Success'],
    ['tonder', 'withdrawal-paid', 'withdrawal.status_changed'],
    ['tonder', 'session.completed', 'session.completed'],
  ] as const)('%s: %s is %s', (provider, word, event) => {
    expect(stepOf(provider, word)?.step.event).toBe(event);
    expect(stepOf(provider, 'nothing-like-that')).toBeNull();
  });
});

function honest(scenario: Scenario, seed: number) {
  const plan = planOrder(scenario, {
    options: {
      count: 1,
      ratePerSecond: 1,
      duplicatesPercent: 0,
      forgeriesPercent: 0,
      reorderWindow: 0,
      providers: [scenario.provider],
      accounts,
    },
    seed,
    number: 1,
    startsAtMs: Date.UTC(2026, 5, 1),
    startSlot: 0,
  });
  return { ...plan, deliveries: plan.deliveries.map(({ delivery }) => delivery) };
}

/** Cobru's claims are nothing without their lookups; the others must do without. */
async function folded(scenario: Scenario, seed: number, asked: readonly string[] = ['cobru']) {
  const plan = honest(scenario, seed);
  const planned = new PlannedFold(accounts, plan.objects);
  planned.deliver(plan.deliveries);
  await planned.lookUp(asked);
  return { plan, fold: planned.fold };
}

function byOrderId(a: { readonly orderId: string }, b: { readonly orderId: string }): number {
  return a.orderId < b.orderId ? -1 : 1;
}
