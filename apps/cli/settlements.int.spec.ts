import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Subscription } from '#event-log/event-log.js';
import { settlementIdOf } from '#events/ids.js';
import { loadConfig } from '#platform/config.js';
import { ProjectionHandler } from '#projection/projection-handler.js';
import { startApi, TOKENS, type ApiUnderTest } from '../../test/harness/api.js';
import { runCli } from './cli.js';
import { settlements } from './settlements.js';

const REPORT = `line,type,reference,amount,currency,paid_at
1,payment,payment/pay_1,25.00,USD,2026-07-03
2,payout,,1200.50,USD,2026-07-03
`;
const NAMED = ['--account', 'mintcash-test', '--report', 'R-1'];

let api: ApiUnderTest;
let folding: Subscription;
let folder: string;

beforeAll(async () => {
  api = await startApi();
  const handler = new ProjectionHandler(api.database, { folded: () => {}, fenced: () => {} });
  folding = await api.log.subscribe('projector', handler);
  folder = await mkdtemp(join(tmpdir(), 'cuadre-cli-'));
});

afterAll(async () => {
  await folding.stop();
  await api.stop();
  await rm(folder, { recursive: true });
});

describe('settlements', () => {
  it('checks a report, books it, and shows how its lines fit', async () => {
    const file = await fileOf('report.csv', REPORT);
    const checked = await run(['import', file, ...NAMED, '--dry-run']);
    expect(checked).toMatchObject({ code: 0, stderr: '' });
    expect(checked.stdout).toContain('can be booked: 2 lines.');
    expect((await run(['list'], TOKENS.read)).stdout).toBe('No settlement is known.\n');

    const taken = await run(['import', file, ...NAMED, '--json']);
    const settlementId = settlementIdOf('mintcash-test', 'R-1');
    expect(JSON.parse(taken.stdout)).toMatchObject({ settlementId, lineCount: 2 });
    await expect
      .poll(async () => (await run(['list'], TOKENS.read)).stdout, { timeout: 10_000 })
      .toContain('USD 1,225.50');
    const shown = await run(['show', 'R-1', '--account', 'mintcash-test'], TOKENS.read);
    expect(shown.stdout).toContain('1 unknown_movement, 1 no_movement');
    expect((await run(['show', settlementId], TOKENS.read)).stdout).toBe(shown.stdout);
    expect((await run(['import', file, ...NAMED])).stdout).toContain('2 known already');
  });

  it('names what is wrong, line by line, and exits with 2', async () => {
    const file = await fileOf('bad.csv', REPORT.replace('25.00', '1e2').replace('payout', 'gift'));
    const { code, stderr } = await run(['import', file, ...NAMED]);
    expect(code).toBe(2);
    expect(stderr).toContain('Line 2: amount must be a decimal number');
    expect(stderr).toContain('Line 3: type must be payment, refund');
    for (const args of [
      ['import'],
      ['import', file],
      ['import', file, '--account', 'mintcash-test'],
      ['import', join(folder, 'none.csv'), ...NAMED],
      ['show'],
      ['show', 'R-1'],
    ]) {
      expect((await run(args)).code).toBe(2);
    }
  });
});

async function fileOf(name: string, text: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, text);
  return file;
}

async function run(args: readonly string[], token: string = TOKENS.operate) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const code = await runCli(
    [settlements],
    ['settlements', ...args, '--url', api.url, '--token', token],
    {
      stdout,
      stderr,
      config: () => loadConfig({ DATA_DIR: folder }),
      signal: new AbortController().signal,
    },
  );
  return { code, stdout: textOf(stdout), stderr: textOf(stderr) };
}

function textOf(stream: PassThrough): string {
  return (stream.read() as Buffer | null)?.toString() ?? '';
}
