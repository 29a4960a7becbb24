import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OBSERVATIONS } from '#events/topics.js';
import { isKafkaAvailable } from '../../../test/harness/kafka-brokers.js';
import { freePort, whyNoKafka } from '../../../test/harness/kafka-install.js';
import { startKafkaProxy, type KafkaProxy } from '../../../test/harness/kafka-proxy.js';
import { startBroker, type Broker } from '../../../test/harness/kafka.js';
import { eventually, readAll } from '../contract-records.contract.js';
import type { EventLog } from '../event-log.js';
import { FencedSink } from '../fenced-sink.contract.js';
import { openKafkaEventLog } from './kafka-event-log.js';

const SESSION_TIMEOUT_MS = 2_000;
const CATCH_UP_MS = 40_000;
const WRITERS = 32;

// A broker of its own, because it is killed and its answers are lost.
describe.skipIf(!isKafkaAvailable() || whyNoKafka() !== null)('a broker that fails', () => {
  let broker: Broker;
  let proxy: KafkaProxy;

  beforeAll(async () => {
    const [port, brokerPort] = [await freePort(), await freePort()];
    broker = await startBroker({ port: brokerPort, advertisedPort: port });
    proxy = await startKafkaProxy({ port, brokerPort });
  });
  afterAll(async () => {
    await proxy.close();
    await broker.stop();
  });

  const open = (partitions: number, topic = `faults.${randomUUID()}`): Promise<EventLog> =>
    openKafkaEventLog({
      brokers: [`127.0.0.1:${proxy.port}`],
      clientId: 'faults',
      settings: { ...OBSERVATIONS, name: topic },
      partitions,
      replicationFactor: 1,
      sessionTimeoutMs: SESSION_TIMEOUT_MS,
    });

  it('loses nothing that was acknowledged: killed under load, answers dropped, paused', async () => {
    const log = await open(3);
    const sink = new FencedSink(3);
    const subscription = await log.subscribe('g', sink.handlerOf('a'));
    const load = new Load(log);
    await load.untilAcknowledged(300);
    proxy.dropProduceAnswers(3, 'cut');
    await load.untilAcknowledged(600);
    proxy.dropProduceAnswers(1, 'hang');
    await eventually(() => proxy.droppedAnswers() === 4, {
      withinMs: CATCH_UP_MS,
      state: () => proxy.droppedAnswers(),
    });
    await broker.kill();
    await sleep(500);
    await broker.restart();
    proxy.dropProduceAnswers(2, 'cut');
    await load.untilAcknowledged(900);
    broker.pause();
    await sleep(1.5 * SESSION_TIMEOUT_MS);
    broker.resume();
    await load.untilAcknowledged(1_200);
    await load.stop();

    const stored = await readAll(log);
    const byPlace = new Map(
      stored.map(({ partition, position, key }) => [`${partition}/${position}`, key]),
    );
    const lost = [...load.acknowledged].filter(([place, id]) => byPlace.get(place) !== id);
    expect(lost).toEqual([]);
    expect(proxy.droppedAnswers()).toBe(6);
    // What is doubled is the same record twice, which readers dedupe by its id.
    for (const { key, value } of stored) expect(value.equals(Load.valueOf(key))).toBe(true);

    await eventually(() => sink.applied.length >= stored.length, {
      withinMs: CATCH_UP_MS,
      state: () => [sink.applied.length, stored.length],
    });
    expect(sink.applied.map(({ key }) => key).sort()).toEqual(stored.map(({ key }) => key).sort());
    await subscription.stop();
    await log.close();
  });

  it('refuses in time while no broker answers, and closes', async () => {
    const log = await openKafkaEventLog({
      brokers: [`127.0.0.1:${proxy.port}`],
      clientId: 'faults',
      settings: { ...OBSERVATIONS, name: `faults.${randomUUID()}` },
      partitions: 1,
      replicationFactor: 1,
      limits: { appendTimeoutMs: 1_000 },
    });
    const record = { key: 'k', value: Buffer.from('v'), headers: {} };
    await log.append([record]);
    proxy.hold();
    await expect(log.append([record])).rejects.toMatchObject({
      name: 'LogUnavailable',
      retryAfterMs: expect.any(Number) as number,
    });
    await log.close();
    proxy.release();
  });

  it('goes on after its connections were half-open for longer than a session', async () => {
    const log = await open(2);
    const sink = new FencedSink(2);
    const errors: unknown[] = [];
    await log.subscribe('g', sink.handlerOf('a'), { onError: (error) => errors.push(error) });
    await log.append([0, 1].map((partition) => ({ ...recordIn(partition), key: 'before' })));
    await applied(sink, 2);
    proxy.hold();
    await sleep(2 * SESSION_TIMEOUT_MS);
    proxy.release();
    await log.append([0, 1].map((partition) => ({ ...recordIn(partition), key: 'after' })));
    await applied(sink, 4);
    expect(sink.positions(0)).toEqual([0n, 1n]);
    expect(sink.positions(1)).toEqual([0n, 1n]);
    await log.close();
  });

  it.each(['at once', 'late'] as const)(
    'lets a member that joins %s take over from a handler that outlasts the session; the fence holds',
    async (joins) => {
      const topic = `faults.${randomUUID()}`;
      const [first, second] = [await open(1, topic), await open(1, topic)];
      const sink = new FencedSink(1);
      const gate = Promise.withResolvers<undefined>();
      const errors: unknown[] = [];
      await first.append(Array.from({ length: 50 }, () => recordIn(0)));
      await first.subscribe(
        'g',
        sink.handlerOf('stuck', async () => gate.promise),
        { onError: (error) => errors.push(error) },
      );
      await eventually(() => sink.batches.length === 1, {
        withinMs: CATCH_UP_MS,
        state: () => sink.batches.length,
      });
      const outlasted = 'Error: The handler of partition 0 outlasted the session.';
      if (joins === 'late') {
        await eventually(() => errors.map(String).includes(outlasted), {
          withinMs: CATCH_UP_MS,
          state: () => errors.map(String),
        });
      }
      const heir = await second.subscribe('g', sink.handlerOf('heir'));
      await applied(sink, 50);
      expect(heir.assigned()).toEqual([0]);
      expect(sink.batches[0]?.batch.signal.aborted).toBe(true);
      gate.resolve(undefined);
      await eventually(() => sink.refusals.length === 1, {
        withinMs: CATCH_UP_MS,
        state: () => sink.refusals,
      });
      await first.append([recordIn(0)]);
      await applied(sink, 51);
      expect(sink.positions(0)).toEqual(Array.from({ length: 51 }, (_, index) => BigInt(index)));
      await Promise.all([first.close(), second.close()]);
    },
  );
});

function recordIn(partition: number): {
  key: string;
  value: Buffer;
  headers: Record<string, Buffer>;
  partition: number;
} {
  return { key: randomUUID(), value: Buffer.from('v'), headers: {}, partition };
}

async function applied(sink: FencedSink, count: number): Promise<void> {
  await eventually(() => sink.applied.length >= count, {
    withinMs: CATCH_UP_MS,
    state: () => sink.applied.length,
  });
}

/** Writers that append one record after another, each under an id of its own. */
class Load {
  /** Place in the log -> id, of what was acknowledged. */
  readonly acknowledged = new Map<string, string>();
  readonly #log: EventLog;
  readonly #writers: Promise<void>[];
  #isStopped = false;

  constructor(log: EventLog) {
    this.#log = log;
    this.#writers = Array.from({ length: WRITERS }, () => this.#write());
  }

  static valueOf(id: string): Buffer {
    return Buffer.alloc(780, id);
  }

  /** Until there are this many more than the faults before can have left. */
  async untilAcknowledged(count: number): Promise<void> {
    const wanted = this.acknowledged.size + count;
    await eventually(() => this.acknowledged.size >= wanted, {
      withinMs: CATCH_UP_MS,
      state: () => [this.acknowledged.size, wanted],
    });
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#writers);
  }

  async #write(): Promise<void> {
    while (!this.#isStopped) {
      const id = randomUUID();
      try {
        const value = Load.valueOf(id);
        const [at] = await this.#log.append([{ key: id, value, headers: {} }]);
        if (at !== undefined) this.acknowledged.set(`${at.partition}/${at.position}`, id);
      } catch {
        await sleep(50); // Unknown: it may be in the log or not, and is no part of the promise.
      }
      await sleep(2);
    }
  }
}
