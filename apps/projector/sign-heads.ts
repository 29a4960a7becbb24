import type { LedgerConfig } from '#platform/config.js';
import type { Logger } from '#platform/logger.js';
import type { Metrics } from '#platform/metrics.js';
import { appendHeads } from '#projection/books/heads-file.js';
import { signHead, type UnsignedHead } from '#projection/books/signed-heads.js';
import { openSigningKey } from '#projection/books/signing-key.js';
import type { Database } from '#read-models/database.js';

const LOOK_EVERY_MS = 1_000;

export type HeadSignerPorts = {
  readonly database: Database;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly ledger: LedgerConfig;
};

type Signed = Pick<UnsignedHead, 'sequence' | 'hash' | 'closedUntil'> & { readonly atMs: number };

/**
 * Signs the heads of the partitions that are folded here, beside the fold and behind its commits: a head is
 * read from the database, signed, and appended to a file outside it. What fails is tried again later; the
 * fold never waits for it.
 */
export class HeadSigner {
  readonly #due = new Set<number>();
  readonly #signed = new Map<number, Signed>();
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> = Promise.resolve();
  #pausedUntilMs = 0;

  constructor(private readonly ports: HeadSignerPorts) {}

  /** A batch of the partition was committed. */
  folded(partition: number): void {
    this.#due.add(partition);
  }

  /** What was committed and not signed before a crash is signed now, so every partition is looked at. */
  start(partitions: number): void {
    for (let partition = 0; partition < partitions; partition += 1) this.#due.add(partition);
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
    this.#timer.unref();
  }

  /** Signs what is not signed yet, as far as that works. */
  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    await this.#running;
    await this.#signDue([...this.#due]);
  }

  #look(): void {
    const nowMs = Date.now();
    if (nowMs < this.#pausedUntilMs) return;
    const latestMs = nowMs - this.ports.ledger.signEveryMs;
    const due = [...this.#due].filter(
      (partition) => (this.#signed.get(partition)?.atMs ?? -Infinity) <= latestMs,
    );
    if (due.length === 0) return;
    // One after the other: a disk that hangs must not pile up work.
    this.#pausedUntilMs = Infinity;
    this.#running = this.#signDue(due).then((isDone) => {
      this.#pausedUntilMs = isDone ? 0 : Date.now() + this.ports.ledger.signEveryMs;
    });
  }

  async #signDue(partitions: readonly number[]): Promise<boolean> {
    if (partitions.length === 0) return true;
    const { database, ledger, logger, metrics } = this.ports;
    for (const partition of partitions) this.#due.delete(partition);
    try {
      const nowMs = Date.now();
      const heads = (await readHeads(database, partitions, nowMs)).filter((head) =>
        this.#isNews(head),
      );
      if (heads.length === 0) return true;
      const key = openSigningKey(ledger.keyDir);
      await appendHeads(
        ledger.headsFile,
        heads.map((head) => signHead(head, key)),
      );
      for (const { partition, sequence, hash, closedUntil } of heads) {
        this.#signed.set(partition, { sequence, hash, closedUntil, atMs: nowMs });
      }
      metrics.ledgerHeads.inc({ result: 'signed' }, heads.length);
      return true;
    } catch (error) {
      for (const partition of partitions) this.#due.add(partition);
      metrics.ledgerHeads.inc({ result: 'failed' }, partitions.length);
      logger.warn({ err: error, partitions }, 'The heads of the books could not be signed.');
      return false;
    }
  }

  /**
   * A chain only grows, and a period stays closed: what stands behind what was signed is not signed as if
   * nothing were wrong.
   */
  #isNews({ partition, sequence, hash, closedUntil }: UnsignedHead): boolean {
    const last = this.#signed.get(partition);
    if (last === undefined) return true;
    const isOpened = (closedUntil ?? '') < (last.closedUntil ?? '');
    const isGrown = sequence > last.sequence;
    const isSame = sequence === last.sequence && hash === last.hash;
    if (!isOpened && isGrown) return true;
    if (!isOpened && isSame) return closedUntil !== last.closedUntil;
    this.ports.metrics.ledgerHeads.inc({ result: 'backward' });
    this.ports.logger.error(
      { partition, sequence: String(sequence), signedSequence: String(last.sequence) },
      'The books of this partition are not those that were signed; run `cuadre verify`.',
    );
    return false;
  }
}

async function readHeads(
  database: Database,
  partitions: readonly number[],
  nowMs: number,
): Promise<readonly UnsignedHead[]> {
  const { rows } = await database.query<{
    partition: number;
    sequence: string;
    hash: string;
    closed_until: Date | null;
    recorded_at: Date;
  }>(
    `select partition, sequence, hash, closed_until, recorded_at from cuadre.ledger_heads
      where partition = any($1::smallint[]) order by partition`,
    [partitions],
  );
  return rows.map((row) => ({
    partition: row.partition,
    sequence: BigInt(row.sequence),
    hash: row.hash,
    closedUntil: row.closed_until?.toISOString() ?? null,
    recordedAt: row.recorded_at.toISOString(),
    signedAt: new Date(nowMs).toISOString(),
  }));
}
