import { uuidV7 } from '#events/uuid.js';
import type { StoredRecord } from '#events/record.js';

/**
 * The stored log of `MemoryEventLog`: several instances may open one, as processes share a broker.
 */
export class MemoryStorage {
  readonly topic: string;
  readonly logId: string = uuidV7();
  readonly records: readonly StoredRecord[][];
  readonly #groups = new Map<string, MemoryGroup>();

  constructor({ topic, partitions }: { topic: string; partitions: number }) {
    this.topic = topic;
    this.records = Array.from({ length: partitions }, () => []);
  }

  get partitions(): number {
    return this.records.length;
  }

  group(name: string): MemoryGroup {
    const group = this.#groups.get(name) ?? {
      members: new Map<string, number>(),
      leases: this.records.map(() => ({ member: '', untilMs: 0 })),
    };
    this.#groups.set(name, group);
    return group;
  }
}

export type MemoryGroup = {
  /** Until when each member counts as live, on `performance.now()`. */
  readonly members: Map<string, number>;
  /** By partition. */
  readonly leases: { member: string; untilMs: number }[];
};
