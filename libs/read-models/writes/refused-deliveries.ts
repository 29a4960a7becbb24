import type { Database } from '../database.js';

/** What is kept of a delivery that was refused: enough to see an attack or a lost secret, no body. */
export type RefusedDelivery = {
  /** uuid v7. */
  readonly id: string;
  readonly source: string;
  /** Why, in kebab words. */
  readonly reason: string;
  /** Null where the body was not read. */
  readonly bodyDigest: string | null;
  readonly bodyBytes: number;
  readonly requestId: string;
  readonly refusedAtMs: number;
};

export type RefusedDeliveriesOptions = {
  readonly onError: (error: unknown) => void;
  readonly flushIntervalMs?: number;
  /** Waiting in memory; past it the newest are dropped and counted. */
  readonly queueMax?: number;
  /** Kept in the table; the oldest go first. */
  readonly rowsMax?: number;
  readonly keptMs?: number;
};

const DAY_MS = 86_400_000;
const DEFAULTS = { flushIntervalMs: 500, queueMax: 1_000, rowsMax: 100_000, keptMs: 30 * DAY_MS };
const PRUNE_INTERVAL_MS = 60_000;

/**
 * Writes refused deliveries to `ops.refused_deliveries`, in batches and behind the answer: a flood of
 * forgeries costs one statement per interval, and whatever the database does, nobody waits for it.
 */
export class RefusedDeliveries {
  private readonly limits: Required<Omit<RefusedDeliveriesOptions, 'onError'>>;
  private queue: RefusedDelivery[] = [];
  private droppedCount = 0;
  private timer: NodeJS.Timeout | null = null;
  private flushing: Promise<void> = Promise.resolve();
  private prunedAtMs = 0;

  constructor(
    private readonly database: Database,
    private readonly options: RefusedDeliveriesOptions,
  ) {
    this.limits = { ...DEFAULTS, ...options };
  }

  /** How many were not kept because the database was behind. */
  get dropped(): number {
    return this.droppedCount;
  }

  record(refused: RefusedDelivery): void {
    if (this.queue.length >= this.limits.queueMax) {
      this.droppedCount += 1;
      return;
    }
    this.queue.push(refused);
    this.timer ??= setTimeout(() => this.flush(), this.limits.flushIntervalMs).unref();
  }

  /** Writes what waits. */
  async close(): Promise<void> {
    this.flush();
    await this.flushing;
  }

  private flush(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    // One batch after the other: a slow database is not asked twice at once.
    this.flushing = this.flushing.then(async () => {
      const batch = this.queue;
      this.queue = [];
      try {
        await this.write(batch);
        await this.prune();
      } catch (error) {
        this.droppedCount += batch.length;
        this.options.onError(error);
      }
    });
  }

  private async write(batch: readonly RefusedDelivery[]): Promise<void> {
    if (batch.length === 0) return;
    await this.database.query({
      name: 'refused-deliveries.insert',
      text: `insert into ops.refused_deliveries
               (id, source, reason, body_digest, body_bytes, request_id, refused_at)
             select id, source, reason, body_digest, body_bytes, request_id,
                    to_timestamp(refused_at_ms / 1000)
             from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::int[], $6::text[],
                         $7::float8[])
               as refused (id, source, reason, body_digest, body_bytes, request_id, refused_at_ms)
             on conflict (id) do nothing`,
      values: [
        batch.map(({ id }) => id),
        batch.map(({ source }) => source),
        batch.map(({ reason }) => reason),
        batch.map(({ bodyDigest }) => bodyDigest),
        batch.map(({ bodyBytes }) => bodyBytes),
        batch.map(({ requestId }) => requestId),
        batch.map(({ refusedAtMs }) => refusedAtMs),
      ],
    });
  }

  private async prune(): Promise<void> {
    const nowMs = Date.now();
    if (nowMs - this.prunedAtMs < PRUNE_INTERVAL_MS) return;
    this.prunedAtMs = nowMs;
    await this.database.query(
      `delete from ops.refused_deliveries
       where refused_at < to_timestamp($1 / 1000.0)
          or refused_at < (select refused_at from ops.refused_deliveries
                           order by refused_at desc offset $2 limit 1)`,
      [nowMs - this.limits.keptMs, this.limits.rowsMax],
    );
  }
}
