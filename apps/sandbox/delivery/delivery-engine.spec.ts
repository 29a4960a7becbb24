import { describe, expect, it } from 'vitest';
import type { PlannedDelivery } from '../plan/delivery.js';
import { playedAccounts } from '../plan/played-accounts.js';
import { PLAYED_PROVIDERS, type PlayedProvider } from '../plan/scenario.js';
import { planStorm } from '../plan/storm.js';
import { sandboxTestAccounts } from '../plan/test-accounts.js';
import { DeliveryClock } from './delivery-clock.js';
import { DeliveryEngine, type DeliveryOptions } from './delivery-engine.js';
import type { Answer } from './post-delivery.js';

const accounts = playedAccounts(sandboxTestAccounts());

describe('a delivery that is not taken', () => {
  it.each<[PlayedProvider, readonly number[]]>([
    ['cobru', [0]],
    ['mintcash', [0, 30, 150, 750, 4_350, 25_950]],
    ['tonder', [0, 60, 120]],
    ['conomy', [0, 30, 90, 210, 450, 930, 1_890, 3_810]],
  ])('of %s is sent again at these seconds: %j', async (provider, expected) => {
    const world = new World(() => ({ status: 503, requestId: null, position: null }));
    await world.deliver([oneOf(provider)]);
    const seconds = world.sentAtMs.map((ms) => ms / 1_000);
    expect(seconds.slice(0, expected.length)).toEqual(expected);
    if (provider !== 'conomy') expect(seconds).toHaveLength(expected.length);
    expect(world.engine.counts).toMatchObject({ accepted: 0, givenUp: 1 });
    expect(world.engine.deadLetters).toEqual([
      expect.objectContaining({ provider, attempts: seconds.length, status: 503 }),
    ]);
  });

  it('is sent again after no answer, too, and never again once it is taken', async () => {
    const world = new World((sent) => (sent < 3 ? null : OK));
    await world.deliver([oneOf('mintcash')]);
    expect(world.sentAtMs).toEqual([0, 30_000, 150_000]);
    expect(world.engine.counts).toMatchObject({ accepted: 1, retries: 2, givenUp: 0 });
  });

  it('comes a minute a second when the clock is sixty times as fast', async () => {
    const world = new World(() => null, { retries: { kind: 'provider', speed: 60 } });
    await world.deliver([oneOf('tonder')]);
    expect(world.sentAtMs).toEqual([0, 1_000, 2_000]);
  });
});

describe('a lost first sending', () => {
  it('is brought by the retry of every provider that has one, and by nothing else', async () => {
    const plan = planStorm(
      {
        count: 400,
        ratePerSecond: 100,
        duplicatesPercent: 0,
        forgeriesPercent: 0,
        reorderWindow: 0,
        losePercent: 40,
        providers: PLAYED_PROVIDERS,
        accounts,
      },
      3,
    );
    const world = new World(() => OK);
    await world.deliver(plan.deliveries);
    const lost = plan.deliveries.filter(({ isLost }) => isLost);
    const ofCobru = lost.filter(({ provider }) => provider === 'cobru');
    expect(lost.length).toBeGreaterThan(100);
    expect(ofCobru.length).toBeGreaterThan(10);
    expect(world.engine.counts).toMatchObject({
      lost: lost.length,
      accepted: 400 - ofCobru.length,
      retries: lost.length - ofCobru.length,
      givenUp: ofCobru.length,
    });
    expect(world.engine.deadLetters.every(({ provider }) => provider === 'cobru')).toBe(true);
  });
});

describe('a hostile body', () => {
  it('is sent once, whatever is answered', async () => {
    const hostile = { ...oneOf('conomy'), isGenuine: false, hostility: 'not-json' } as const;
    for (const [answer, counts] of [
      [OK, { accepted: 1, hostileAccepted: 1 }],
      [
        { ...OK, status: 413 },
        { refused: 1, hostileRefused: 1 },
      ],
      [{ ...OK, status: 500 }, { givenUp: 1 }],
      [null, { givenUp: 1 }],
    ] as const) {
      const world = new World(() => answer);
      await world.deliver([hostile]);
      expect(world.sentAtMs).toEqual([0]);
      expect(world.engine.counts).toMatchObject({ retries: 0, ...counts });
    }
  });
});

const OK: Answer = { status: 200, requestId: null, position: null };

/** An edge that answers at once, on a clock that jumps to whatever is due. */
class World {
  readonly sentAtMs: number[] = [];
  readonly engine: DeliveryEngine;

  constructor(answer: (sent: number) => Answer | null, options: Partial<DeliveryOptions> = {}) {
    const clock = new JumpingClock();
    this.engine = new DeliveryEngine({
      clock,
      post: async () => {
        this.sentAtMs.push(clock.nowMs());
        return answer(this.sentAtMs.length);
      },
      retries: { kind: 'provider', speed: 1 },
      concurrencyMax: 64,
      beforeSend: () => undefined,
      journal: null,
      signal: new AbortController().signal,
      ...options,
    });
  }

  async deliver(deliveries: readonly PlannedDelivery[]): Promise<void> {
    await this.engine.deliver(deliveries);
  }
}

class JumpingClock extends DeliveryClock {
  #nowMs = 0;

  override nowMs(): number {
    return this.#nowMs;
  }

  override after(ms: number, call: () => void): () => void {
    let isOff = false;
    // After the answers that are under way: they may bring something that is due earlier.
    setImmediate(() => {
      if (isOff) return;
      this.#nowMs += ms;
      call();
    });
    return () => {
      isOff = true;
    };
  }
}

function oneOf(provider: PlayedProvider): PlannedDelivery {
  const [delivery] = planStorm(
    {
      count: 1,
      ratePerSecond: 1,
      duplicatesPercent: 0,
      forgeriesPercent: 0,
      reorderWindow: 0,
      providers: [provider],
      accounts,
    },
    1,
  ).deliveries;
  if (delivery === undefined) throw new Error('No delivery.');
  return delivery;
}
