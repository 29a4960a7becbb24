import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MemoryEventLog } from '#event-log/memory/memory-event-log.js';
import type { LogRecord } from '#events/record.js';
import { appendHeads, SignedHeadFiles } from '#projection/books/heads-file.js';
import { signHead, type SignedHead } from '#projection/books/signed-heads.js';
import { openSigningKey, readPublicKeys } from '#projection/books/signing-key.js';
import { verifyBooks, type VerifiedBooks } from '#projection/books/verify-books.js';
import { liveGeneration } from '#projection/generations.js';
import { foldSchemaName } from '#read-models/fold/fold-schema.js';
import { never, ProjectionBench } from './projection-bench.js';

/** Books in a database, a key and a file of signed heads outside it, and hands that tamper with the books. */
export class SignedBooks {
  readonly dir = mkdtempSync(join(tmpdir(), 'cuadre-books-'));
  readonly headsFile = join(this.dir, 'ledger-heads.jsonl');
  schema = '';
  #log: MemoryEventLog | null = null;

  private constructor(readonly bench: ProjectionBench) {}

  static async open(): Promise<SignedBooks> {
    return new SignedBooks(await ProjectionBench.open());
  }

  async close(): Promise<void> {
    await this.bench.close();
    rmSync(this.dir, { recursive: true });
  }

  /** Folds the records into new books; earlier books and heads are gone. */
  async fold(records: readonly LogRecord[], sizes: readonly number[] = [1000]): Promise<void> {
    rmSync(this.headsFile, { force: true });
    const log = await this.bench.logOf(records);
    this.schema = foldSchemaName(await liveGeneration(this.bench.database));
    await this.bench.foldAll(log, sizes);
    this.#log = log;
  }

  /** Folds more records into the same books. */
  async append(records: readonly LogRecord[]): Promise<void> {
    if (this.#log === null) throw new Error('There are no books yet.');
    await this.#log.append(records);
    await this.bench.foldAll(this.#log);
  }

  async signHeads(): Promise<readonly SignedHead[]> {
    const { rows } = await this.bench.database.query<{
      partition: number;
      sequence: string;
      hash: string;
      closed_until: Date | null;
      recorded_at: Date;
    }>('select * from cuadre.ledger_heads order by partition');
    const key = openSigningKey(this.dir);
    const heads = rows.map((row) =>
      signHead(
        {
          partition: row.partition,
          sequence: BigInt(row.sequence),
          hash: row.hash,
          closedUntil: row.closed_until?.toISOString() ?? null,
          recordedAt: row.recorded_at.toISOString(),
          signedAt: '2026-07-01T00:00:00.000Z',
        },
        key,
      ),
    );
    await appendHeads(this.headsFile, heads);
    return heads;
  }

  get signed() {
    return {
      files: new SignedHeadFiles([this.headsFile]),
      publicKeys: readPublicKeys(this.dir),
    };
  }

  verify(): Promise<VerifiedBooks> {
    const ports = { ...this.signed, onProgress: () => {}, signal: never };
    return verifyBooks(this.bench.database, ports);
  }

  /** As a superuser would: without the triggers. `$books` stands for the schema of the live books. */
  async tamper(...statements: readonly string[]): Promise<void> {
    const client = await this.bench.database.connect();
    try {
      await client.query('set session_replication_role = replica');
      for (const statement of statements) {
        await client.query(statement.replaceAll('$books', this.schema));
      }
    } finally {
      await client.query('reset session_replication_role');
      client.release();
    }
  }
}
