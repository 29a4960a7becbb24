import type { IngestServer } from './ingest-server.js';

export type IngestContestant = {
  readonly name: string;
  readonly server: IngestServer;
  /** Whether it is measured with every delivery, or with the first alone. */
  readonly isInEveryRace: boolean;
  /** Deliveries that are durable, asked from the store itself. */
  countDurable(): Promise<number>;
};

/** All contestants on one store, running. The first is what the others are compared with. */
export type IngestArena = {
  readonly contestants: readonly IngestContestant[];
  /** What makes deliveries durable, for the heading of its CPU. */
  readonly storeName: string;
  readonly storeText: string;
  /** CPU that the store's processes have used, in seconds. */
  storeCpuSeconds(): number;
  /** Lets the store finish what an earlier run has left to it. */
  settle(): Promise<void>;
  stop(): Promise<void>;
};

export type ArenaOptions = {
  /** Removed by the caller. */
  readonly dir: string;
  readonly profileDir: string | null;
};
