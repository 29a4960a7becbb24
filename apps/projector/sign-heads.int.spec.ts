import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { MemoryEventLog } from '#event-log/memory/memory-event-log.js';
import { loadConfig } from '#platform/config.js';
import { HealthRegistry } from '#platform/health.js';
import { createLogger } from '#platform/logger.js';
import { Metrics } from '#platform/metrics.js';
import { SignedHeadFiles } from '#projection/books/heads-file.js';
import { OLDER_HEAD, type SignedHead } from '#projection/books/signed-heads.js';
import { readPublicKeys } from '#projection/books/signing-key.js';
import { verifyBooks } from '#projection/books/verify-books.js';
import { closePeriod } from '../../test/harness/books-streams.js';
import { never, ProjectionBench } from '../../test/harness/projection-bench.js';
import { startProjector, type Projector } from './projector.js';

const quietly = new Writable({ write: (_chunk, _encoding, done) => done() });
const logger = createLogger(loadConfig({}), { service: 'spec', stream: quietly });
let bench: ProjectionBench;
let dir: string;
let log: MemoryEventLog;
let metrics: Metrics;

beforeAll(async () => {
  bench = await ProjectionBench.open();
});

afterAll(() => bench.close());

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'cuadre-heads-'));
  log = await bench.logOf([bench.mintcashEvent('p1', 'succeeded')]);
  metrics = new Metrics();
  return () => rm(dir, { recursive: true });
});

describe('the live projector', () => {
  it('signs what it folded, outside the database, with a key that only it may read', async () => {
    const projector = await start();
    await until(async () => (await heads()).length > 0);
    await projector.stop();
    const verified = await verifyBooks(bench.database, {
      files: new SignedHeadFiles([headsFile()]),
      publicKeys: readPublicKeys(keyDir()),
      onProgress: () => {},
      signal: never,
    });
    expect(verified.isSound).toBe(true);
    const chains = verified.partitions.filter(({ sequence }) => sequence > 0n);
    expect(chains.length).toBeGreaterThan(0);
    for (const { sequence, vouchedTo } of chains) expect(vouchedTo).toBe(sequence);
    expect((await stat(join(keyDir(), 'ledger-signing.key'))).mode & 0o777).toBe(0o600);
    expect((await stat(headsFile())).mode & 0o777).toBe(0o600);
  });

  it('signs a partition at most once in the time given, and what is left at stop', async () => {
    const projector = await start();
    await until(async () => (await heads()).length > 0);
    const [first] = await heads();
    await log.append([bench.mintcashEvent('p1', 'refunded')]);
    await until(async () => (await sequenceOf(first?.partition)) > (first?.sequence ?? 0n));
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(await heads()).toHaveLength(1);
    await projector.stop();
    const signed = await heads();
    expect(signed).toHaveLength(2);
    expect(signed[1]?.sequence).toBe(await sequenceOf(first?.partition));
  });

  it('signs after a restart what a crash left unsigned', async () => {
    await bench.foldAll(log);
    const projector = await start();
    await until(async () => (await heads()).length > 0);
    await projector.stop();
    const [head] = await heads();
    expect(head?.sequence).toBe(await sequenceOf(head?.partition));
  });

  it('folds on when nothing can be signed, and counts that', async () => {
    await writeFile(keyDir(), 'a file where the folder should be');
    const projector = await start();
    await until(async () => (await failures()) > 0);
    await log.append([bench.mintcashEvent('p1', 'refunded')]);
    await until(async () => (await bench.orderOf('ORD-p1')) !== undefined);
    await until(async () => JSON.stringify(await bench.orderOf('ORD-p1')).includes('refunded'));
    await projector.stop();
    expect(await heads()).toEqual([]);
  });

  it('signs that a period was closed, also where no entry follows or ever came', async () => {
    const projector = await start({ signEveryMs: 1 });
    await until(async () => (await heads()).length > 0);
    await log.append(closePeriod('2026-07-02', log.partitions));
    const closed = async () =>
      (await heads()).filter(({ closedUntil }) => closedUntil === '2026-07-02T00:00:00.000Z');
    await until(async () => (await closed()).length === log.partitions);
    await projector.stop();
    expect((await closed()).filter(({ sequence }) => sequence === 0n).length).toBeGreaterThan(0);
  });

  it('does not sign that a period is open again', async () => {
    await log.append(closePeriod('2026-07-02', log.partitions));
    const projector = await start({ signEveryMs: 1 });
    await until(async () => (await heads()).length === log.partitions);
    const client = await bench.database.connect();
    await client.query('update cuadre.ledger_heads set closed_until = null');
    client.release();
    await log.append([bench.mintcashEvent('p1', 'pending')]);
    await until(async () => (await metrics.text()).includes('result="backward"'));
    await projector.stop();
    expect(await heads()).toHaveLength(log.partitions);
  });

  it('does not sign a chain that is shorter than the one that it signed', async () => {
    const projector = await start({ signEveryMs: 1 });
    await until(async () => (await heads()).length > 0);
    const [first] = await heads();
    const client = await bench.database.connect();
    await client.query('update cuadre.ledger_heads set sequence = 1');
    client.release();
    await log.append([bench.mintcashEvent('p1', 'pending')]);
    await until(async () => (await metrics.text()).includes('result="backward"'));
    await projector.stop();
    expect(await heads()).toEqual([first]);
  });
});

function start(ledger: { readonly signEveryMs: number } = { signEveryMs: 3_600_000 }) {
  return startProjector({
    database: bench.database,
    observations: log,
    logger,
    metrics,
    health: new HealthRegistry(),
    batchRecordsMax: 100,
    ledger: { headsFile: headsFile(), keyDir: keyDir(), ...ledger },
  }) satisfies Promise<Projector>;
}

function headsFile(): string {
  return join(dir, 'heads', 'ledger-heads.jsonl');
}

function keyDir(): string {
  return join(dir, 'keys');
}

async function heads(): Promise<readonly SignedHead[]> {
  const found: SignedHead[] = [];
  for await (const head of new SignedHeadFiles([headsFile()]).read()) {
    if (head !== null && head !== OLDER_HEAD) found.push(head);
  }
  return found;
}

async function sequenceOf(partition: number | undefined): Promise<bigint> {
  const { rows } = await bench.database.query<{ sequence: string }>(
    'select sequence from cuadre.ledger_heads where partition = $1',
    [partition],
  );
  return BigInt(rows[0]?.sequence ?? 0);
}

async function failures(): Promise<number> {
  const text = await metrics.text();
  return Number(/cuadre_ledger_heads_total\{result="failed"\} (\d+)/.exec(text)?.[1] ?? 0);
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  const giveUpAtMs = Date.now() + 30_000;
  while (!(await isTrue())) {
    if (Date.now() > giveUpAtMs) throw new Error('It did not come true.');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
