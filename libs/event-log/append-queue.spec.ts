import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { APPEND_LIMITS, AppendQueue, type AppendLimits } from './append-queue.js';
import { LogUnavailable } from './event-log.js';

type Item = { readonly id: string; readonly bytes: number };

const item = (id: string, bytes = 10): Item => ({ id, bytes });

/** A store whose writes wait until they are told how to end. */
function heldStore(limits: Partial<AppendLimits> = {}) {
  const writes: { readonly ids: string[]; end(error?: Error): void }[] = [];
  const queue = new AppendQueue<Item, string>({
    limits: { ...APPEND_LIMITS, ...limits },
    bytesOf: ({ bytes }) => bytes,
    write: (batch) =>
      new Promise((resolve, reject) => {
        const ids = batch.map(({ id }) => id);
        const end = (error?: Error): void =>
          error === undefined ? resolve(ids.map((id) => `at-${id}`)) : reject(error);
        writes.push({ ids, end });
      }),
  });
  return { queue, writes };
}

/** Ends the write with this number as soon as it has begun. */
async function endWrite(
  writes: readonly { end(error?: Error): void }[],
  number: number,
): Promise<void> {
  await vi.waitFor(() => expect(writes.length).toBeGreaterThan(number), { interval: 1 });
  writes[number]?.end();
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('AppendQueue', () => {
  it('sends what came during a write in the next one, together', async () => {
    const { queue, writes } = heldStore();
    const first = queue.append([item('a')]);
    await turn();
    const later = ['b', 'c', 'd'].map((id) => queue.append([item(id)]));
    await turn();
    expect(writes.map(({ ids }) => ids)).toEqual([['a']]);
    writes[0]?.end();
    expect(await first).toEqual(['at-a']);
    await turn();
    expect(writes[1]?.ids).toEqual(['b', 'c', 'd']);
    writes[1]?.end();
    expect(await Promise.all(later)).toEqual([['at-b'], ['at-c'], ['at-d']]);
  });

  it('keeps writes within their bounds, and sends a larger record alone', async () => {
    const { queue, writes } = heldStore({ writeRecordsMax: 3, writeBytesMax: 100 });
    const sizes = [10, 10, 10, 10, 80, 20, 500, 5];
    const appended = queue.append(sizes.map((bytes, index) => item(`${index}`, bytes)));
    for (let number = 0; number < 5; number += 1) await endWrite(writes, number);
    expect(writes.map(({ ids }) => ids.join(' '))).toEqual(['0 1 2', '3 4', '5', '6', '7']);
    expect(await appended).toEqual(sizes.map((_, index) => `at-${index}`));
  });

  it('refuses at once past its bounds, counting what is being written', async () => {
    const { queue, writes } = heldStore({ pendingRecordsMax: 3, pendingBytesMax: 100 });
    const first = queue.append([item('a', 60)]);
    await turn();
    await expect(queue.append([item('b', 41)])).rejects.toBeInstanceOf(LogUnavailable);
    const two = queue.append([item('c'), item('d')]);
    await expect(queue.append([item('e')])).rejects.toMatchObject({ retryAfterMs: 1_000 });
    writes[0]?.end();
    await first;
    await turn();
    writes[1]?.end();
    expect(await two).toEqual(['at-c', 'at-d']);
    const again = queue.append([item('f', 100)]);
    await turn();
    writes[2]?.end();
    expect(await again).toEqual(['at-f']);
  });

  it('refuses those in a failed write, and goes on with the others', async () => {
    const { queue, writes } = heldStore({ writeRecordsMax: 2 });
    const failed = queue.append([item('a'), item('b'), item('c')]);
    const other = queue.append([item('d')]);
    await turn();
    const cause = new Error('connection reset');
    writes[0]?.end(cause);
    await expect(failed).rejects.toMatchObject({ name: 'LogUnavailable', cause });
    await turn();
    expect(writes[1]?.ids).toEqual(['d']);
    writes[1]?.end();
    expect(await other).toEqual(['at-d']);
  });

  it('lets pending appends finish when closed, and takes none after', async () => {
    const { queue, writes } = heldStore();
    const pending = queue.append([item('a')]);
    let isClosed = false;
    const closed = queue.close().then(() => (isClosed = true));
    await expect(queue.append([item('b')])).rejects.toBeInstanceOf(LogUnavailable);
    await turn();
    expect(isClosed).toBe(false);
    writes[0]?.end();
    await pending;
    await closed;
  });
});

describe('AppendQueue deadlines', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  it('refuses a caller whose deadline passes, and never sends what still waited', async () => {
    const { queue, writes } = heldStore({ appendTimeoutMs: 100, pendingRecordsMax: 2 });
    const written = queue.append([item('a')]);
    await turn();
    const waiting = queue.append([item('b')]);
    const outcomes = Promise.allSettled([written, waiting]);
    vi.advanceTimersByTime(100);
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const next = queue.append([item('c')]);
    await expect(queue.append([item('d')])).rejects.toThrow('busy');
    writes[0]?.end();
    await turn();
    await turn();
    expect(writes[1]?.ids).toEqual(['c']);
    writes[1]?.end();
    expect(await next).toEqual(['at-c']);
  });
});

describe('AppendQueue, for any callers', () => {
  it('answers each item its own result, in order, and leaves nothing pending', async () => {
    const callers = fc.array(fc.array(fc.integer({ min: 0, max: 120 }), { maxLength: 9 }), {
      maxLength: 40,
    });
    const limits = fc.record({
      writeRecordsMax: fc.integer({ min: 1, max: 12 }),
      writeBytesMax: fc.integer({ min: 1, max: 200 }),
      writesMax: fc.integer({ min: 1, max: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(callers, limits, async (sizesOfCallers, bounds) => {
        const sent: string[] = [];
        const queue = new AppendQueue<Item, string>({
          limits: { ...APPEND_LIMITS, ...bounds },
          bytesOf: ({ bytes }) => bytes,
          write: async (batch) => {
            const bytes = batch.reduce((sum, each) => sum + each.bytes, 0);
            expect(batch.length).toBeLessThanOrEqual(bounds.writeRecordsMax);
            if (batch.length > 1) expect(bytes).toBeLessThanOrEqual(bounds.writeBytesMax);
            sent.push(...batch.map(({ id }) => id));
            await turn();
            return batch.map(({ id }) => `at-${id}`);
          },
        });
        const items = sizesOfCallers.map((sizes, c) => sizes.map((b, n) => item(`${c}.${n}`, b)));
        const answers = await Promise.all(items.map((own) => queue.append(own)));
        const ids = items.map((own) => own.map(({ id }) => id));
        expect(answers).toEqual(ids.map((own) => own.map((id) => `at-${id}`)));
        expect(sent).toEqual(ids.flat());
        await queue.close();
      }),
      { numRuns: 60 },
    );
  });
});
