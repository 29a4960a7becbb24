/**
 * One member's part in a group: leases on partitions that expire by themselves, on the clock of
 * what stores them. Each call is one attempt; an error leaves the leases to run on or out.
 */
export abstract class Membership {
  /** A lease lasts this long after the heartbeat that took or renewed it began. */
  abstract readonly leaseMs: number;

  /**
   * Tells the group that this member lives, renews what it holds and takes free partitions up to
   * its fair share.
   */
  abstract heartbeat(): Promise<Assignment>;

  /** Frees partitions whose batches have ended. */
  abstract release(partitions: readonly number[]): Promise<void>;

  /** Frees everything and tells the group that this member is gone. */
  abstract leave(): Promise<void>;
}

export type Assignment = {
  readonly partitions: readonly number[];
  /** More than this should be given up as soon as batches allow; fewer: there is more to come. */
  readonly share: number;
};
