import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '#platform/config.js';
import { runCli } from './cli.js';
import { ledger } from './ledger.js';

type Call = { readonly url: string; readonly body: unknown };
type Corrected = { readonly paymentIds: readonly string[]; readonly reference: string | null };

const NOT_OVER = 'Period 2999-01 is not over before 2999-02-01T00:00:00.000Z.';
const PERIODS = {
  closedUntil: '2026-10-01T00:00:00.000Z',
  lastClosed: '2026-09',
  partitions: [{ closedUntil: null }, { closedUntil: null }],
  closes: [
    {
      periodId: '2026-09',
      until: '2026-10-01T00:00:00.000Z',
      partitions: 1,
      recordedAt: '2026-10-02T00:00:00.000Z',
    },
  ],
};

let calls: Call[] = [];
let server: Server;
let url: string;
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'cuadre-cli-'));
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const call = { url: request.url ?? '', body: body === '' ? null : JSON.parse(body) };
      calls.push(call);
      const [status, answer] = answerTo(call);
      response.statusCode = status;
      response.end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
});

afterAll(async () => {
  server.close();
  await rm(dir, { recursive: true });
});

beforeEach(() => {
  calls = [];
});

function answerTo({ url: path, body }: Call): readonly [status: number, answer: unknown] {
  if (path.endsWith('/2999-01/close')) {
    const errors = [{ pointer: '/path/periodId', code: 'not-over-yet', detail: NOT_OVER }];
    return [400, { detail: NOT_OVER, errors }];
  }
  if (path.endsWith('/close')) {
    return [200, { periodId: '2026-09', until: '2026-10-01T00:00:00.000Z', position: null }];
  }
  if (path === '/v1/ledger/periods') return [200, PERIODS];
  const { paymentIds } = body as Corrected;
  return [200, { rulings: paymentIds.length, position: `p${calls.length}` }];
}

describe('ledger correct', () => {
  it('rules on the payments of a whole diff, as many at once as the API takes', async () => {
    const lines = Array.from({ length: 501 }, (_, n) => ({
      step: 'difference',
      paymentId: `${n}`,
    }));
    const diff = await fileOf([{ step: 'replayed' }, ...lines, { step: 'done' }]);
    const args = ['--diff', diff, '--code', 'rule-change', '--reference', 'CHG-7'];
    const { code, stdout } = await run(['correct', ...args]);
    expect(code).toBe(0);
    expect(stdout).toContain('501 rulings are recorded');
    const bodies = calls.map(({ body }) => body as Corrected);
    expect(bodies.map(({ paymentIds }) => paymentIds.length)).toEqual([500, 1]);
    expect(bodies[0]).toMatchObject({ code: 'rule-change', reference: 'CHG-7' });
  });

  it('refuses a diff that was cut off, and what is no diff', async () => {
    for (const lines of [[{ step: 'difference', paymentId: '1' }], [], [{ step: 'replayed' }]]) {
      const answer = await run(['correct', '--diff', await fileOf(lines), '--code', 'rule-change']);
      expect(answer.code).toBe(2);
      expect(answer.stderr).toContain('does not end with its result');
    }
    expect(calls).toEqual([]);
  });

  it('refuses a diff of a rule that is not in force, and names it', async () => {
    const lines = [
      { step: 'difference', paymentId: '1' },
      { step: 'done', rule: 'proposed' },
    ];
    const answer = await run(['correct', '--diff', await fileOf(lines), '--code', 'rule-change']);
    expect([answer.code, calls]).toEqual([2, []]);
    expect(answer.stderr).toContain('is a diff of rule proposed, which is not in force');
    for (const rule of [null, 'opening']) {
      const diff = await fileOf([
        { step: 'difference', paymentId: '1' },
        { step: 'done', rule },
      ]);
      expect((await run(['correct', '--diff', diff, '--code', 'rule-change'])).code).toBe(0);
    }
  });

  it.each([
    [['correct', 'x'], /`--code` has to be one of rule-change/],
    [['correct', 'x', '--code', 'because'], /`--code` has to be one of/],
    [['correct', '--code', 'rule-change'], /Which payments\?/],
    [['correct', 'x', '--diff', 'y', '--code', 'rule-change'], /Which payments\?/],
  ])('is wrong usage: %j', async (args, message) => {
    const { code, stderr } = await run(args);
    expect([code, calls]).toEqual([2, []]);
    expect(stderr).toMatch(message);
  });
});

describe('ledger close', () => {
  it('says why a period is not closed, once', async () => {
    const { code, stderr } = await run(['close', '2999-01']);
    expect(code).toBe(2);
    expect(stderr.split(NOT_OVER)).toHaveLength(2);
  });

  it('says that a period was closed already', async () => {
    const { code, stdout } = await run(['close', '2026-09']);
    expect(code).toBe(0);
    expect(stdout).toContain('was closed already');
  });
});

describe('ledger periods', () => {
  it('lists every close with the partitions that have it, and how far the books are closed', async () => {
    const { code, stdout } = await run(['periods']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/2026-09 +2026-10-01T00:00:00.000Z +1 of 2/);
    expect(stdout).toContain('closed until 2026-10-01T00:00:00.000Z (2026-09)');
  });
});

async function fileOf(lines: readonly object[]): Promise<string> {
  const path = join(dir, 'diff.jsonl');
  await writeFile(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return path;
}

async function run(args: readonly string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const code = await runCli([ledger], ['ledger', ...args, '--url', url, '--token', 't'], {
    stdout,
    stderr,
    config: () => loadConfig({ DATA_DIR: dir }),
    signal: new AbortController().signal,
  });
  return { code, stdout: textOf(stdout), stderr: textOf(stderr) };
}

function textOf(stream: PassThrough): string {
  return (stream.read() as Buffer | null)?.toString() ?? '';
}
