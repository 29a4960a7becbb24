import type { StoredRecord } from '#events/record.js';
import { Fenced, type BatchHandler, type LogBatch } from './event-log.js';

/**
 * Stands for a database that several members write to: effects and positions move together, and a
 * member whose belief is out of date is refused, as a projector's compare-and-set does.
 */
export class FencedSink {
  readonly next: bigint[];
  /** Every record that had its effect, in the order of the effects. */
  readonly applied: StoredRecord[] = [];
  readonly refusals: string[] = [];
  /** Batches handed over, refused and failed ones included. */
  readonly batches: { readonly member: string; readonly batch: LogBatch }[] = [];
  readonly resumes: { readonly member: string; readonly partition: number }[] = [];

  constructor(partitions: number) {
    this.next = Array.from({ length: partitions }, () => 0n);
  }

  /** `before` runs with the batch in hand, before its effects: it may block or throw. */
  handlerOf(member: string, before?: (batch: LogBatch) => Promise<void>): BatchHandler {
    const beliefs = new Map<number, bigint>();
    return {
      nextPosition: async (partition) => {
        this.resumes.push({ member, partition });
        const next = this.next[partition] ?? 0n;
        beliefs.set(partition, next);
        return next;
      },
      handle: async (batch) => {
        this.batches.push({ member, batch });
        await before?.(batch);
        const { partition, records } = batch;
        if (this.next[partition] !== beliefs.get(partition)) {
          this.refusals.push(member);
          throw new Fenced(`${member} is behind in partition ${partition}.`);
        }
        this.applied.push(...records);
        const next = (records.at(-1)?.position ?? -1n) + 1n;
        this.next[partition] = next;
        beliefs.set(partition, next);
        return next;
      },
    };
  }

  texts(): string[] {
    return this.applied.map((stored) => stored.value.toString());
  }

  /** Positions of the effects in one partition, in the order of the effects. */
  positions(partition: number): bigint[] {
    return this.applied.filter((r) => r.partition === partition).map((r) => r.position);
  }
}
