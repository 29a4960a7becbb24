import type { EventLog } from './event-log.js';

/** Makes a new, empty log with this many partitions, and the means to open it. */
export type OpenHarness = (options: { readonly partitions: number }) => Promise<EventLogHarness>;

export type EventLogHarness = {
  /** Opens one more instance of the same stored log, as another process would. */
  open(options?: InstanceOptions): Promise<EventLog>;
  /**
   * Cuts an instance off from the stored log for good, as `kill -9` of its process does: what is
   * durable stays, no membership is given up, no append of it succeeds any more. Handlers that are
   * under way go on: they are the zombies that the fence is for.
   */
  crash(log: EventLog): Promise<void>;
  /** Milliseconds until the other members surely hold what a crashed one held. */
  readonly takeoverMsMax: number;
  /** Closes every instance, crashed ones too, and removes the stored log. */
  close(): Promise<void>;
};

export type InstanceOptions = {
  /** What the opener believes; differs from the stored count only to show the check. */
  readonly partitions?: number;
  /** Records that may wait or be under way (where a partition has a queue of its own: in each). */
  readonly pendingRecordsMax?: number;
};
