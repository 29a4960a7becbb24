import { onTestFinished } from 'vitest';
import type { LogRecord, StoredRecord } from '#events/record.js';
import type { EventLogHarness, OpenHarness } from './harness.contract.js';
import type { EventLog } from './event-log.js';

/** A harness that is closed when the test ends. */
export async function harnessFor(open: OpenHarness, partitions: number): Promise<EventLogHarness> {
  const harness = await open({ partitions });
  onTestFinished(() => harness.close());
  return harness;
}

export function record(key: string, text: string, partition?: number): LogRecord {
  const made = { key, value: Buffer.from(text), headers: {} };
  return partition === undefined ? made : { ...made, partition };
}

/** `count` records for each partition; each text is unique within the prefix. */
export function recordsForAll(
  log: EventLog,
  { count, prefix }: { count: number; prefix: string },
): LogRecord[] {
  return Array.from({ length: log.partitions * count }, (_, index) => {
    const partition = index % log.partitions;
    return record(`${prefix}-${partition}`, `${prefix}-${index}`, partition);
  });
}

export async function readRange(
  log: EventLog,
  partition: number,
  range: { readonly from: bigint; readonly to: bigint },
): Promise<StoredRecord[]> {
  const records: StoredRecord[] = [];
  for await (const batch of log.read(partition, range.from, range.to)) records.push(...batch);
  return records;
}

export async function readAll(log: EventLog): Promise<StoredRecord[]> {
  const ends = await log.endPositions();
  const starts = await log.startPositions();
  const all = await Promise.all(
    ends.map((to, partition) => readRange(log, partition, { from: starts[partition] ?? 0n, to })),
  );
  return all.flat();
}

export function textsOf(records: readonly StoredRecord[]): string[] {
  return records.map((stored) => stored.value.toString());
}

/** Waits until `check` holds; fails with what `describe` says when it does not in time. */
export async function eventually(
  check: () => boolean | Promise<boolean>,
  { withinMs, state }: { withinMs: number; state: () => unknown },
): Promise<void> {
  const deadlineMs = performance.now() + withinMs;
  while (!(await check())) {
    if (performance.now() > deadlineMs) {
      throw new Error(`Did not come about within ${withinMs} ms: ${JSON.stringify(state())}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
