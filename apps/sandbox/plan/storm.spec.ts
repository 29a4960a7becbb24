import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlannedFold, verdictOf } from '../../../test/harness/planned-fold.js';
import type { PlannedDelivery } from './delivery.js';
import { FORGERIES } from './forgery.js';
import { HOSTILITIES } from './hostile-body.js';
import { planPastStorm } from './past-storm.js';
import { playedAccounts } from './played-accounts.js';
import { SCENARIOS } from './scenario-catalogue.js';
import { PLAYED_PROVIDERS } from './scenario.js';
import { expectedOrders, planStorm, type StormPlan } from './storm.js';
import type { StormOptions } from './storm-options.js';
import { sandboxTestAccounts } from './test-accounts.js';

const accounts = playedAccounts(sandboxTestAccounts());
const options: StormOptions = {
  count: 600,
  ratePerSecond: 200,
  duplicatesPercent: 40,
  forgeriesPercent: 20,
  hostilePercent: 10,
  reorderWindow: 20,
  providers: PLAYED_PROVIDERS,
  accounts,
};

describe('a storm of the past', () => {
  it('tells of nothing that has not happened yet, and ends just now', () => {
    for (const seed of [1, 2, 3, 4]) {
      const nowMs = Date.UTC(2026, 10, 22, 12);
      const plan = planPastStorm({ ...options, count: 110 }, { seed, nowMs });
      const times = plan.deliveries.flatMap(({ books }) => books?.happening.atMs ?? []);
      expect(Math.max(...times)).toBe(nowMs);
    }
  });
});

describe('a storm', () => {
  it('is the same for the same seed, byte for byte, and another for another seed', () => {
    const travelled = { ...options, delayMsMax: 5_000, losePercent: 10, burst: 5 };
    expect(planStorm(travelled, 7)).toEqual(planStorm(travelled, 7));
    expect(bodies(planStorm(options, 7))).not.toEqual(bodies(planStorm(options, 8)));
  });

  it('has exactly as many deliveries as asked for, at the rate asked for', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.nat(),
        fc.subarray([...PLAYED_PROVIDERS], { minLength: 1 }),
        (count, seed, [first = 'cobru', ...others]) => {
          const asked = { ...options, count, ratePerSecond: 100 };
          const { deliveries } = planStorm({ ...asked, providers: [first, ...others] }, seed);
          expect(deliveries).toHaveLength(count);
          expect(deliveries.map((one) => one.dueMs)).toEqual(deliveries.map((_, i) => i * 10));
          expect(new Set(deliveries.map((one) => one.id)).size).toBe(count);
          expect(new Set([first, ...others])).toContain(deliveries[0]?.provider);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('shows every scenario before any comes again, every form, forgery and hostile body', () => {
    const plan = planStorm({ ...options, count: 6_000, forgeriesPercent: 40 }, 1);
    const forms = new Set(SCENARIOS.flatMap((one) => one.forms));
    expect(new Set(plan.objects.map((one) => one.form))).toEqual(forms);
    expect(new Set(plan.orders.map((one) => `${one.provider} ${one.scenario}`))).toEqual(
      new Set(
        SCENARIOS.filter((one) => one.finalStatus !== null || one.furtherOrders !== undefined).map(
          (one) => `${one.provider} ${one.name}`,
        ),
      ),
    );
    expect(new Set(plan.deliveries.map((one) => one.forgery))).toEqual(
      new Set([null, ...FORGERIES]),
    );
    expect(new Set(plan.deliveries.map((one) => one.hostility))).toEqual(
      new Set([null, ...HOSTILITIES]),
    );
    expect(new Set(plan.objects.map((one) => one.currency))).toEqual(
      new Set(['COP', 'CLP', 'MXN', 'USD', 'ARS', 'EUR', 'GBP']),
    );
  });

  it('plans fifty thousand mixed deliveries in seconds, no two things under one id', () => {
    const startedMs = performance.now();
    const { deliveries, objects } = planStorm(
      {
        ...options,
        count: 50_000,
        duplicatesPercent: 30,
        forgeriesPercent: 5,
        hostilePercent: 5,
        reorderWindow: 1_000,
      },
      3,
    );
    // A quiet machine needs about three.
    expect(performance.now() - startedMs).toBeLessThan(20_000);
    expect(deliveries).toHaveLength(50_000);
    const ids = new Set(objects.map((one) => `${one.provider} ${one.reference}`));
    expect(ids.size).toBe(objects.length);
  }, 40_000);

  it('never moves a delivery further than the window asked for', () => {
    const still = planStorm({ ...options, reorderWindow: 0, hostilePercent: 0 }, 2);
    const moved = planStorm({ ...options, reorderWindow: 30, hostilePercent: 0 }, 2);
    const places = new Map(still.deliveries.map(({ id }, index) => [id, index]));
    const distances = moved.deliveries.map(({ id }, index) =>
      Math.abs((places.get(id) ?? index) - index),
    );
    expect(Math.max(...distances)).toBeGreaterThan(5);
    // What moved past it moves it, too.
    expect(Math.max(...distances)).toBeLessThanOrEqual(60);
  });

  it('verifies where it is genuine, and is refused where a forgery can be told', () => {
    const plan = planStorm({ ...options, count: 3_000 }, 5);
    for (const delivery of plan.deliveries.filter(({ hostility }) => hostility === null)) {
      const { verification, isRefused } = verdictOf(delivery, accounts);
      expect(verification.verdict).toBe(delivery.isGenuine ? 'verified' : 'unverified');
      expect(isRefused).toBe(delivery.isToBeRefused);
    }
    const refused = new Set(plan.deliveries.filter((d) => d.isToBeRefused).map((d) => d.source));
    // Cobru's and Tonder's unconfirmed signatures keep what they cannot prove, as a claim.
    expect(refused).toEqual(new Set(['mintcash-test', 'conomy-test', 'tonder-test']));
  });

  it('ends in the expected states when it is folded as it was planned', async () => {
    for (const seed of [1, 2, 3]) {
      const plan = planStorm(options, seed);
      const found = await foldPlan(plan, plan.deliveries);
      for (const { orderId, status } of expectedOrders(plan).values()) {
        expect([orderId, found.get(orderId)]).toEqual([
          orderId,
          { status, assurance: 'confirmed', reported: null },
        ]);
      }
    }
  });

  it('ends in the expected states of its genuine deliveries alone', async () => {
    const plan = planStorm(options, 11);
    const genuine = plan.deliveries.filter((one) => one.isGenuine && one.copy === 0);
    const [all, alone] = [await foldPlan(plan, plan.deliveries), await foldPlan(plan, genuine)];
    for (const { orderId } of plan.orders) expect(all.get(orderId)).toEqual(alone.get(orderId));
  });
});

describe('traffic', () => {
  it('comes in bursts at the same rate', () => {
    const { deliveries } = planStorm({ ...options, count: 100, burst: 20 }, 1);
    expect(new Set(deliveries.map(({ dueMs }) => dueMs))).toEqual(new Set([0, 100, 200, 300, 400]));
  });

  it('is late by no more than was asked for, in the order in which it comes', () => {
    const { deliveries } = planStorm({ ...options, count: 300, delayMsMax: 2_000 }, 1);
    const dueMs = deliveries.map((one) => one.dueMs);
    expect(dueMs).toEqual(dueMs.toSorted((a, b) => a - b));
    expect(Math.max(...dueMs)).toBeGreaterThan((300 * 1_000) / options.ratePerSecond);
    expect(Math.max(...dueMs)).toBeLessThan((300 * 1_000) / options.ratePerSecond + 2_000);
  });

  it('loses first sendings of what is genuine, and expects nothing of what Cobru loses', () => {
    const plan = planStorm({ ...options, losePercent: 30 }, 1);
    const lost = plan.deliveries.filter(({ isLost }) => isLost);
    expect(lost.length).toBeGreaterThan(50);
    expect(lost.every(({ isGenuine, copy }) => isGenuine && copy === 0)).toBe(true);
    const orders = expectedOrders(plan);
    for (const { provider, orderId } of lost) {
      if (provider === 'cobru') expect(orders.has(orderId)).toBe(false);
    }
    expect(plan.orders.some(({ provider }) => provider === 'cobru')).toBe(true);
  });
});

function bodies({ deliveries }: StormPlan): readonly string[] {
  return deliveries.map((delivery) => delivery.body.toString());
}

/** With every lookup answered, since a claim stands until then. */
async function foldPlan(plan: StormPlan, deliveries: readonly PlannedDelivery[]) {
  const planned = new PlannedFold(accounts, plan.objects);
  planned.deliver(deliveries);
  expect(planned.refused.every(({ isGenuine }) => !isGenuine)).toBe(true);
  await planned.lookUp(PLAYED_PROVIDERS);
  return new Map(
    [...planned.fold.orders()].map(([orderId, { status, assurance, reported }]) => [
      orderId,
      { status, assurance, reported },
    ]),
  );
}
