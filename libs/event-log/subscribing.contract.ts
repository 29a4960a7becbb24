import { describe, expect, it } from 'vitest';
import {
  eventually,
  harnessFor,
  record,
  recordsForAll,
  textsOf,
} from './contract-records.contract.js';
import type { EventLogHarness, OpenHarness } from './harness.contract.js';
import { PositionLost, type EventLog, type LogBatch, type Subscription } from './event-log.js';
import { FencedSink } from './fenced-sink.contract.js';

const PROMPT_MS = 15_000;

/** Guarantees of `subscribe`. */
export function describeSubscribing(open: OpenHarness): void {
  describe('subscribe', () => {
    itDelivers(open);
    itResumes(open);
    itRetries(open);
    itShares(open);
    itSurvivesCrashes(open);
  });
}

function itDelivers(open: OpenHarness): void {
  it('hands over what is there and what comes, in order within each partition', async () => {
    const { log, harness } = await opened(open, 4);
    const sink = new FencedSink(4);
    const early = recordsForAll(log, { count: 50, prefix: 'early' });
    await log.append(early);
    const subscription = await log.subscribe('g', sink.handlerOf('a'));
    await applied(sink, early.length);
    expect([...subscription.assigned()].sort()).toEqual([0, 1, 2, 3]);
    const late = recordsForAll(log, { count: 50, prefix: 'late' });
    await (await harness.open()).append(late);
    await applied(sink, early.length + late.length);
    expectOnceInOrder(sink, [...early, ...late]);
    expect(subscription.idleMs()).toBeLessThan(PROMPT_MS);
    await subscription.stop();
    await log.append([record('k', 'after')]);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(sink.applied).toHaveLength(early.length + late.length);
  });

  it('hands over batches that are never empty nor larger than asked', async () => {
    const { log } = await opened(open, 2);
    const sink = new FencedSink(2);
    const records = recordsForAll(log, { count: 100, prefix: 'r' });
    await log.append(records);
    await log.subscribe('g', sink.handlerOf('a'), { batchRecordsMax: 7 });
    await applied(sink, records.length);
    const sizes = sink.batches.map(({ batch }) => batch.records.length);
    expect(Math.min(...sizes)).toBeGreaterThan(0);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(7);
  });

  it('gives each group everything', async () => {
    const { log } = await opened(open, 2);
    const [first, second] = [new FencedSink(2), new FencedSink(2)];
    await log.subscribe('first', first.handlerOf('a'));
    await log.subscribe('second', second.handlerOf('b'));
    const records = recordsForAll(log, { count: 20, prefix: 'r' });
    await log.append(records);
    await applied(first, records.length);
    await applied(second, records.length);
    expectOnceInOrder(first, records);
    expectOnceInOrder(second, records);
  });
}

function itResumes(open: OpenHarness): void {
  it("resumes from the handler's positions, whatever the group did before", async () => {
    const { log } = await opened(open, 2);
    const sink = new FencedSink(2);
    const records = recordsForAll(log, { count: 10, prefix: 'r' });
    await log.append(records);
    const before = await log.subscribe('g', sink.handlerOf('before'));
    await applied(sink, records.length);
    await before.stop();
    sink.applied.length = 0;
    sink.next.splice(0, 2, 0n, 6n);
    await log.subscribe('g', sink.handlerOf('restored'));
    await applied(sink, 14);
    expect(sink.positions(0)).toEqual(range(0n, 10n));
    expect(sink.positions(1)).toEqual(range(6n, 10n));
  });

  it('reports a position that the log does not hold, and hands nothing over', async () => {
    const { log } = await opened(open, 2);
    const sink = new FencedSink(2);
    await log.append(recordsForAll(log, { count: 5, prefix: 'r' }));
    sink.next[0] = 1_000n;
    const errors: { error: unknown; partition: number | null }[] = [];
    await log.subscribe('g', sink.handlerOf('a'), {
      onError: (error, partition) => errors.push({ error, partition }),
    });
    await applied(sink, 5);
    const isReported = (): boolean =>
      errors.some(({ error, partition }) => error instanceof PositionLost && partition === 0);
    await eventually(isReported, { withinMs: PROMPT_MS, state: () => errors.map(String) });
    await log.append([record('k', 'more', 0), record('k', 'more', 1)]);
    await applied(sink, 6);
    expect(sink.positions(0)).toEqual([]);
    expect(sink.next[0]).toBe(1_000n);
  });
}

function itRetries(open: OpenHarness): void {
  it('hands a batch over again when its handler failed', async () => {
    const { log } = await opened(open, 1);
    const sink = new FencedSink(1);
    const errors: unknown[] = [];
    let failuresLeft = 2;
    const failing = async (): Promise<void> => {
      if (failuresLeft-- > 0) throw new Error('database away');
    };
    const records = recordsForAll(log, { count: 10, prefix: 'r' });
    await log.append(records);
    await log.subscribe('g', sink.handlerOf('a', failing), { onError: (e) => errors.push(e) });
    await applied(sink, records.length);
    expectOnceInOrder(sink, records);
    expect(errors.map(String)).toEqual(['Error: database away', 'Error: database away']);
  });

  it('asks for the position again after Fenced, and goes on from there', async () => {
    const { log } = await opened(open, 1);
    const sink = new FencedSink(1);
    const records = recordsForAll(log, { count: 10, prefix: 'r' });
    await log.append(records);
    let isMoved = false;
    const overtaken = async (): Promise<void> => {
      if (!isMoved) sink.next[0] = 4n;
      isMoved = true;
    };
    await log.subscribe('g', sink.handlerOf('a', overtaken));
    await applied(sink, 6);
    expect(sink.refusals).toEqual(['a']);
    expect(sink.positions(0)).toEqual(range(4n, 10n));
  });

  it('lets no poisoned partition delay the others', async () => {
    const { log } = await opened(open, 4);
    const sink = new FencedSink(4);
    let isPoisoned = true;
    const poisoned = async ({ partition }: LogBatch): Promise<void> => {
      if (partition === 2 && isPoisoned) throw new Error('poison');
    };
    const records = recordsForAll(log, { count: 20, prefix: 'r' });
    await log.append(records);
    await log.subscribe('g', sink.handlerOf('a', poisoned), { onError: () => undefined });
    await applied(sink, 60);
    await log.append([record('k', 'still', 0), record('k', 'still', 3)]);
    await applied(sink, 62);
    expect(sink.positions(2)).toEqual([]);
    isPoisoned = false;
    await applied(sink, 82);
    expect(sink.positions(2)).toEqual(range(0n, 20n));
  });

  it('lets no slow partition delay the others, and hands it one batch at a time', async () => {
    const { log } = await opened(open, 3);
    const sink = new FencedSink(3);
    const gate = Promise.withResolvers<undefined>();
    const slow = async ({ partition }: LogBatch): Promise<void> => {
      if (partition === 1) await gate.promise;
    };
    await log.append(recordsForAll(log, { count: 10, prefix: 'r' }));
    await log.subscribe('g', sink.handlerOf('a', slow));
    await applied(sink, 20);
    await log.append(recordsForAll(log, { count: 10, prefix: 's' }));
    await applied(sink, 40);
    expect(sink.batches.filter(({ batch }) => batch.partition === 1)).toHaveLength(1);
    gate.resolve(undefined);
    await applied(sink, 60);
    expect(sink.positions(1)).toEqual(range(0n, 20n));
  });
}

function itShares(open: OpenHarness): void {
  it('shares the partitions of a group, as members come and go, and loses nothing', async () => {
    const { log, harness } = await opened(open, 6);
    const group = { harness, partitions: 6 };
    const sink = new FencedSink(6);
    const appended = recordsForAll(log, { count: 20, prefix: 'one' });
    await log.append(appended);
    const a = await log.subscribe('g', sink.handlerOf('a'));
    await held(group, [a]);
    const b = await (await harness.open()).subscribe('g', sink.handlerOf('b'));
    await held(group, [a, b]);
    appended.push(...(await appendMore(log, 'two')));
    const c = await (await harness.open()).subscribe('g', sink.handlerOf('c'));
    await held(group, [a, b, c]);
    appended.push(...(await appendMore(log, 'three')));
    await applied(sink, appended.length);
    await a.stop();
    expect(a.assigned()).toEqual([]);
    await held(group, [b, c]);
    appended.push(...(await appendMore(log, 'four')));
    await b.stop();
    await held(group, [c]);
    appended.push(...(await appendMore(log, 'five')));
    await applied(sink, appended.length);
    expectOnceInOrder(sink, appended);
  });

  it('finishes the batch under way before it stops', async () => {
    const { log } = await opened(open, 1);
    const sink = new FencedSink(1);
    const gate = Promise.withResolvers<undefined>();
    const records = recordsForAll(log, { count: 3, prefix: 'r' });
    await log.append(records);
    const subscription = await log.subscribe(
      'g',
      sink.handlerOf('a', async () => gate.promise),
    );
    await eventually(() => sink.batches.length > 0, { withinMs: PROMPT_MS, state: () => 'none' });
    const stopped = subscription.stop();
    setTimeout(() => gate.resolve(undefined), 100);
    await stopped;
    const atStop = sink.applied.length;
    expect(atStop).toBeGreaterThan(0);
    expect(sink.batches[0]?.batch.signal.aborted).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(sink.applied).toHaveLength(atStop);
  });
}

function itSurvivesCrashes(open: OpenHarness): void {
  it('hands over again what a crashed member had not finished; its zombie is fenced', async () => {
    const { log, harness } = await opened(open, 2);
    const sink = new FencedSink(2);
    const gate = Promise.withResolvers<undefined>();
    const doomed = await harness.open();
    await doomed.subscribe(
      'g',
      sink.handlerOf('zombie', async () => gate.promise),
      { onError: () => undefined },
    );
    const records = recordsForAll(log, { count: 10, prefix: 'r' });
    await log.append(records);
    await eventually(() => sink.batches.length === 2, {
      withinMs: PROMPT_MS,
      state: () => sink.batches.length,
    });
    await harness.crash(doomed);
    const heir = await log.subscribe('g', sink.handlerOf('heir'));
    await held({ harness, partitions: 2 }, [heir]);
    await applied(sink, records.length);
    gate.resolve(undefined);
    await eventually(() => sink.refusals.length === 2, {
      withinMs: PROMPT_MS,
      state: () => sink.refusals,
    });
    const more = await appendMore(log, 's');
    await applied(sink, records.length + more.length);
    expectOnceInOrder(sink, [...records, ...more]);
    expect(new Set(sink.refusals)).toEqual(new Set(['zombie']));
  });
}

async function opened(
  open: OpenHarness,
  partitions: number,
): Promise<{ readonly log: EventLog; readonly harness: EventLogHarness }> {
  const harness = await harnessFor(open, partitions);
  return { harness, log: await harness.open() };
}

async function appendMore(log: EventLog, prefix: string): Promise<ReturnType<typeof record>[]> {
  const records = recordsForAll(log, { count: 10, prefix });
  await log.append(records);
  return records;
}

async function applied(sink: FencedSink, count: number): Promise<void> {
  const state = (): unknown => ({
    applied: sink.applied.length,
    count,
    next: sink.next.map(String),
  });
  await eventually(() => sink.applied.length >= count, { withinMs: 3 * PROMPT_MS, state });
}

/** Every member holds something, and together they hold everything once. */
async function held(
  { harness, partitions }: { harness: EventLogHarness; partitions: number },
  members: readonly Subscription[],
): Promise<void> {
  const shares = (): (readonly number[])[] => members.map((member) => member.assigned());
  const isShared = (): boolean => {
    const all = shares().flat();
    const isEachServed = shares().every((share) => share.length > 0);
    return isEachServed && new Set(all).size === all.length && all.length === partitions;
  };
  await eventually(isShared, { withinMs: harness.takeoverMsMax + PROMPT_MS, state: shares });
}

function expectOnceInOrder(sink: FencedSink, records: readonly { readonly value: Buffer }[]): void {
  expect(textsOf(sink.applied).sort()).toEqual(records.map((r) => r.value.toString()).sort());
  for (const partition of sink.next.keys()) {
    const positions = sink.positions(partition);
    expect(positions).toEqual([...positions].sort((a, b) => (a < b ? -1 : 1)));
  }
}

function range(from: bigint, to: bigint): bigint[] {
  return Array.from({ length: Number(to - from) }, (_, index) => from + BigInt(index));
}
