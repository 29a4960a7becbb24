import { describe, expect, it } from 'vitest';
import {
  harnessFor,
  readAll,
  readRange,
  record,
  recordsForAll,
  textsOf,
} from './contract-records.contract.js';
import type { OpenHarness } from './harness.contract.js';
import { LogUnavailable, TopicMismatch } from './event-log.js';
import { partitionOf } from './partition.js';

/** Guarantees of `append`, `close` and of opening. */
export function describeAppending(open: OpenHarness): void {
  describe('append', () => {
    itIsDurable(open);
    itPlacesRecords(open);
    itKeepsBytes(open);
    itIsBounded(open);
  });
}

function itIsDurable(open: OpenHarness): void {
  it('resolves only when every record is durable: it outlives its writer', async () => {
    const harness = await harnessFor(open, 4);
    const writer = await harness.open();
    const records = recordsForAll(writer, { count: 25, prefix: 'durable' });
    await writer.append(records);
    await harness.crash(writer);
    const reader = await harness.open();
    const expected = records.map((appended) => appended.value.toString());
    expect(textsOf(await readAll(reader)).sort()).toEqual(expected.sort());
  });

  it('stores each of many concurrent appends once, at the position it answers', async () => {
    const harness = await harnessFor(open, 3);
    const logs = [await harness.open(), await harness.open()];
    const appends = Array.from({ length: 600 }, async (_, index) => {
      const text = `concurrent-${index}`;
      const [at] = (await logs[index % 2]?.append([record(`key-${index % 40}`, text)])) ?? [];
      return `${at?.partition}/${at?.position}/${text}`;
    });
    const answered = await Promise.all(appends);
    const stored = await readAll(await harness.open());
    expect(stored.map((r) => `${r.partition}/${r.position}/${r.value.toString()}`).sort()).toEqual(
      answered.sort(),
    );
  });

  it('refuses to open with a partition count other than the stored one', async () => {
    const harness = await harnessFor(open, 3);
    await harness.open();
    await expect(harness.open({ partitions: 4 })).rejects.toBeInstanceOf(TopicMismatch);
    expect((await harness.open()).partitions).toBe(3);
  });

  it('has one identity, whoever opens it', async () => {
    const harness = await harnessFor(open, 2);
    const [first, second] = [await harness.open(), await harness.open()];
    expect(first.logId).not.toBe('');
    expect(second.logId).toBe(first.logId);
    expect(second.topic).toBe(first.topic);
  });
}

function itPlacesRecords(open: OpenHarness): void {
  it('keeps the order of appends for each key', async () => {
    const harness = await harnessFor(open, 5);
    const log = await harness.open();
    const keys = ['cobru/payment/a', 'cobru/payment/b', 'mintcash/payment/ñ', ''];
    for (let round = 0; round < 15; round += 1) {
      await log.append(keys.map((key) => record(key, `${key}#${round}`)));
    }
    const stored = await readAll(log);
    for (const key of keys) {
      const own = stored.filter((r) => r.key === key);
      expect(textsOf(own)).toEqual(Array.from({ length: 15 }, (_, round) => `${key}#${round}`));
      expect(new Set(own.map((r) => r.partition))).toEqual(new Set([partitionOf(key, 5)]));
    }
  });

  it('answers positions in the order given, strictly rising within each partition', async () => {
    const harness = await harnessFor(open, 3);
    const log = await harness.open();
    const records = recordsForAll(log, { count: 400, prefix: 'order' });
    const positions = await log.append(records);
    expect(positions).toHaveLength(records.length);
    const stored = new Map(
      (await readAll(log)).map((r) => [`${r.partition}/${r.position}`, r.value.toString()]),
    );
    const latest = new Map<number, bigint>();
    positions.forEach(({ partition, position }, index) => {
      expect(position).toBeGreaterThan(latest.get(partition) ?? -1n);
      latest.set(partition, position);
      expect(stored.get(`${partition}/${position}`)).toBe(records[index]?.value.toString());
    });
    const more = await log.append(recordsForAll(log, { count: 1, prefix: 'later' }));
    for (const { partition, position } of more) {
      expect(position).toBeGreaterThan(latest.get(partition) ?? -1n);
    }
  });

  it('puts a record into the partition that it names, whatever its key', async () => {
    const harness = await harnessFor(open, 6);
    const log = await harness.open();
    const records = Array.from({ length: 6 }, (_, p) => record('period/2026-11', `p${p}`, p));
    const positions = await log.append(records);
    expect(positions.map((at) => at.partition)).toEqual([0, 1, 2, 3, 4, 5]);
    for (const [partition, { position }] of positions.entries()) {
      const range = { from: position, to: position + 1n };
      expect(textsOf(await readRange(log, partition, range))).toEqual([`p${partition}`]);
    }
  });

  it('answers an append of nothing at once', async () => {
    const harness = await harnessFor(open, 1);
    expect(await (await harness.open()).append([])).toEqual([]);
  });
}

function itKeepsBytes(open: OpenHarness): void {
  it('keeps values and headers byte for byte: large, empty, binary', async () => {
    const harness = await harnessFor(open, 2);
    const log = await harness.open();
    const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const large = Buffer.alloc(900_000, everyByte);
    const headers = {
      ce_id: Buffer.from('0192-ñ'),
      sealed: everyByte,
      empty: Buffer.alloc(0),
      zeros: Buffer.alloc(5),
    };
    const values = [large, Buffer.alloc(0), everyByte, Buffer.from('{"body":{},"query":{}}')];
    await log.append(values.map((value) => ({ key: 'bytes', value, headers })));
    await log.append([{ key: 'bytes', value: Buffer.from('bare'), headers: {} }]);
    const stored = await readAll(await harness.open());
    expect(stored).toHaveLength(5);
    values.forEach((value, index) => {
      expect(stored[index]?.value.equals(value)).toBe(true);
      const kept = stored[index]?.headers ?? {};
      expect(Object.keys(kept).sort()).toEqual(Object.keys(headers).sort());
      for (const [name, bytes] of Object.entries(headers)) {
        expect(kept[name]?.equals(bytes), name).toBe(true);
      }
    });
    expect(stored[4]?.headers).toEqual({});
  });

  it('stamps each record with the time of its append', async () => {
    const harness = await harnessFor(open, 1);
    const log = await harness.open();
    const beforeMs = Date.now();
    for (let index = 0; index < 5; index += 1) await log.append([record('time', `${index}`)]);
    const skewMs = 5_000;
    for (const { appendedAtMs } of await readAll(log)) {
      expect(Number.isInteger(appendedAtMs)).toBe(true);
      expect(appendedAtMs).toBeGreaterThan(beforeMs - skewMs);
      expect(appendedAtMs).toBeLessThan(Date.now() + skewMs);
    }
  });
}

function itIsBounded(open: OpenHarness): void {
  it('refuses appends past its bound on memory, stores the others, then recovers', async () => {
    const harness = await harnessFor(open, 1);
    const log = await harness.open({ pendingRecordsMax: 20 });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 400 }, (_, index) => log.append([record('bound', `${index}`)])),
    );
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    expect(outcomes.length - refused.length).toBeGreaterThanOrEqual(20);
    for (const { reason } of refused) {
      expect(reason).toBeInstanceOf(LogUnavailable);
      expect((reason as LogUnavailable).retryAfterMs).toBeGreaterThan(0);
    }
    expect(await readAll(log)).toHaveLength(outcomes.length - refused.length);
    await expect(log.append([record('bound', 'after')])).resolves.toHaveLength(1);
  });

  it('refuses a partition that does not exist, and no one else suffers', async () => {
    const harness = await harnessFor(open, 2);
    const log = await harness.open();
    const [bad, good] = await Promise.allSettled([
      log.append([record('k', 'bad', 2)]),
      log.append([record('k', 'good', 1)]),
    ]);
    expect(bad.status).toBe('rejected');
    expect(good.status).toBe('fulfilled');
    expect(textsOf(await readAll(log))).toEqual(['good']);
  });

  it('lets pending appends finish before it closes, and takes none after', async () => {
    const harness = await harnessFor(open, 3);
    const log = await harness.open();
    const appends = Array.from({ length: 100 }, (_, i) => log.append([record(`k${i}`, `${i}`)]));
    await log.close();
    await Promise.all(appends);
    await expect(log.append([record('k', 'late')])).rejects.toBeInstanceOf(Error);
    const stored = await readAll(await harness.open());
    expect(stored).toHaveLength(100);
  });
}
