import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPostgresEventLog } from '#event-log/postgres/postgres-event-log.js';
import { OBSERVATIONS } from '#events/topics.js';
import { POSTING_RULES } from '#ledger/posting/rules.js';
import { loadConfig } from '#platform/config.js';
import { ensureLiveGeneration } from '#projection/generations.js';
import { ProjectionHandler } from '#projection/projection-handler.js';
import { openDatabase } from '#read-models/database.js';
import { migrate } from '#read-models/migrate.js';
import { cobruLookup } from '../../test/harness/observe.js';
import { createDatabase, type SpecDatabase } from '../../test/harness/postgres.js';
import { runCli } from './cli.js';
import { ledgerDiff } from './ledger-diff.js';
import { parseRule } from './ledger-rule-file.js';

const PARTITIONS = 12;
let spec: SpecDatabase;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cuadre-rule-'));
  spec = await createDatabase();
  await migrate(spec.url);
  const log = await openPostgresEventLog({
    database: spec.url,
    settings: OBSERVATIONS,
    partitions: PARTITIONS,
  });
  const database = openDatabase({
    url: spec.url,
    poolMax: 2,
    applicationName: 'spec',
    onError: () => {},
  });
  await ensureLiveGeneration(database, log);
  const [at] = await log.append([
    cobruLookup('00000000-0000-7000-8000-000000000001', {
      reference: 'slug1',
      asOf: 1n,
      body: { url: 'slug1', state: 3, amount: 50_000, payed_amount: 40_000, fee_amount: 9_000 },
    }),
  ]);
  const { partition } = at ?? { partition: 0 };
  const handler = new ProjectionHandler(database, { folded: () => {}, fenced: () => {} });
  await handler.nextPosition(partition);
  for await (const records of log.read(partition, 0n, 1n)) {
    await handler.handle({ partition, records, signal: new AbortController().signal });
  }
  await log.close();
  await database.end();
});

afterAll(async () => {
  await spec.drop();
  await rm(folder, { recursive: true });
});

describe('cuadre ledger diff', () => {
  it('prints what would differ by account and by payment, and exits with 1', async () => {
    const { code, stdout, stderr } = await run({ name: 'no-suspense', unexplainedCost: 'fees' });
    expect(stderr.replace(/^ .* records\/s\n/gm, '')).toBe('');
    expect(code).toBe(1);
    expect(stdout).toContain('unexplainedCost fees (now suspense)');
    expect(stdout).toMatch(
      /expenses:fees:cobru-test +posted +COP 9,000.00 +COP 10,000.00 +COP \+1,000.00/,
    );
    expect(stdout).toContain('1 of 1 payments, 1 records would differ.');
    expect(stdout).toMatch(
      /cobru-test\/payment\/slug1 by no-suspense\n.*suspense:cobru-test +posted +COP -1,000.00/s,
    );
  });

  it('prints progress, corrections and the result as JSON lines', async () => {
    const { stdout } = await run({ name: 'no-suspense', unexplainedCost: 'fees' }, '--json');
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { step: string });
    expect(lines.map(({ step }) => step)).toEqual(['replayed', 'difference', 'done']);
    expect(lines[1]).toMatchObject({
      subject: 'cobru-test/payment/slug1',
      corrections: [{ line: 'correction:no-suspense', currency: 'COP', reason: 'rule-change' }],
    });
    expect(lines[2]).toMatchObject({ records: '1', differing: 1, drifted: 0 });
  });

  it('exits with 0 where nothing would differ', async () => {
    const { code, stdout } = await run({
      name: 'later',
      effectiveFrom: '2999-01-01T00:00:00.000Z',
      unexplainedCost: 'fees',
    });
    expect(stdout).toContain('Nothing would differ: 1 payments, 1 records.');
    expect(code).toBe(0);
  });

  it('refuses a file that is no rule with code 2, and names everything that is wrong', async () => {
    const { code, stderr } = await run({ name: 'No', taxInFee: 'maybe', colour: 'red' });
    expect(code).toBe(2);
    expect(stderr).toMatch(/`name` has to be/);
    expect(stderr).toMatch(/`taxInFee` has to be one of detect, on-top/);
    expect(stderr).toMatch(/no choice `colour`/);
  });
});

describe('a rule file', () => {
  it('leaves out what stays as in the rule in force', () => {
    const rule = parseRule({ name: 'a', taxAccount: 'fees' });
    expect(rule).toEqual({ ...POSTING_RULES[0], name: 'a', taxAccount: 'fees' });
  });

  it.each([
    [[]],
    ['text'],
    [{}],
    [{ name: 'a', effectiveFrom: '2026-01-01' }],
    [{ name: 'a', effectiveFrom: 5 }],
    [{ name: 'a', taxAccount: null }],
  ])('is refused as %j', (members) => {
    expect(parseRule(members)).toHaveProperty('problems');
  });
});

async function run(rule: object, ...options: readonly string[]) {
  const file = join(folder, 'rule.json');
  await writeFile(file, JSON.stringify(rule));
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const code = await runCli([ledgerDiff], ['diff', '--rule', file, ...options], {
    stdout,
    stderr,
    config: () => loadConfig({ DATABASE_URL: spec.url, DATA_DIR: folder }),
    signal: new AbortController().signal,
  });
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

function text(stream: PassThrough): string {
  return ((stream.read() as Buffer | null) ?? Buffer.alloc(0)).toString();
}
