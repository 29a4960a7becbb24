import { fairShare } from '../fair-share.js';
import { Membership, type Assignment } from '../membership.js';
import type { MemoryGroup } from './memory-storage.js';

export class MemoryMembership extends Membership {
  override readonly leaseMs: number;
  readonly #group: MemoryGroup;
  readonly #member: string;
  readonly #assertReachable: () => void;

  constructor(ports: {
    readonly group: MemoryGroup;
    readonly member: string;
    readonly leaseMs: number;
    /** Throws when the instance is cut off from its storage. */
    readonly assertReachable: () => void;
  }) {
    super();
    this.#group = ports.group;
    this.#member = ports.member;
    this.leaseMs = ports.leaseMs;
    this.#assertReachable = ports.assertReachable;
  }

  override async heartbeat(): Promise<Assignment> {
    this.#assertReachable();
    const nowMs = performance.now();
    const untilMs = nowMs + this.leaseMs;
    const { members, leases } = this.#group;
    members.set(this.#member, untilMs);
    const live = [...members].filter(([, until]) => until > nowMs).map(([member]) => member);
    const share = fairShare(this.#member, { members: live, partitions: leases.length });
    const held = leases.filter((lease) => lease.member === this.#member);
    const free = leases.filter((lease) => lease.untilMs <= nowMs && !held.includes(lease));
    held.push(...free.slice(0, Math.max(0, share - held.length)));
    for (const lease of held) Object.assign(lease, { member: this.#member, untilMs });
    return { partitions: held.map((lease) => leases.indexOf(lease)), share };
  }

  override async release(partitions: readonly number[]): Promise<void> {
    this.#assertReachable();
    for (const partition of partitions) {
      const lease = this.#group.leases[partition];
      if (lease?.member === this.#member) Object.assign(lease, { member: '', untilMs: 0 });
    }
  }

  override async leave(): Promise<void> {
    await this.release([...this.#group.leases.keys()]);
    this.#group.members.delete(this.#member);
  }
}
