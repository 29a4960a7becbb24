import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '#platform/config.js';
import { SignedBooks } from '../../test/harness/signed-books.js';
import { runCli } from './cli.js';
import { ledger } from './ledger.js';
import { verify } from './verify.js';

const SCRIPT = new URL('../../deploy/verify-ledger.mjs', import.meta.url).pathname;
let books: SignedBooks;
let partition: number;
let serial = 0;

beforeAll(async () => {
  books = await SignedBooks.open();
});

afterAll(() => books.close());

beforeEach(async () => {
  const events = ['succeeded', 'refunded'].map((event) => books.bench.mintcashEvent('p', event));
  await books.fold(events);
  const heads = await books.signHeads();
  partition = heads[0]?.partition ?? 0;
});

describe('cuadre verify', () => {
  it('ends with 0 and tells how far the books are signed', async () => {
    const { code, stdout } = await run(['verify']);
    expect(stdout).toMatch(/The books are sound: 4 entries in 1 partitions, 1 signed heads/);
    expect(stdout).toMatch(new RegExp(`^${partition} +4 +4 +[0-9a-f]{64}$`, 'm'));
    expect(code).toBe(0);
  });

  it('ends with 1 and names what was changed and where', async () => {
    await books.tamper(
      'update $books.ledger_entries set amount_minor = -amount_minor where sequence = 2',
    );
    const { code, stdout } = await run(['verify']);
    expect(stdout).toMatch(new RegExp(`changed {2}partition ${partition}, entry 2, id [0-9a-f-]+`));
    expect(stdout).toContain('The books are NOT sound: ');
    expect(stdout).toContain('cuadre rebuild --no-swap');
    expect(code).toBe(1);
  });

  it('tells both as JSON lines', async () => {
    await books.tamper('delete from $books.ledger_entries where sequence = 4');
    const { code, stdout } = await run(['verify', '--json']);
    const lines = stdout.trim().split('\n');
    const last = JSON.parse(lines.at(-1) ?? '') as { findings: unknown[] };
    expect(last).toMatchObject({ step: 'done', isSound: false, entries: '3' });
    expect(last.findings).toContainEqual(
      expect.objectContaining({ kind: 'tail', partition, sequence: '4' }),
    );
    expect(code).toBe(1);
  });

  it('says so where nothing was signed', async () => {
    const { code, stdout } = await run(['verify', '--heads', join(books.dir, 'none.jsonl')]);
    expect(stdout).toContain('No signed head was found');
    expect(code).toBe(0);
  });

  it('does not take a word too many', async () => {
    expect(await run(['verify', 'all'])).toMatchObject({ code: 2 });
  });
});

describe('cuadre ledger export', () => {
  it('writes a segment that the offline script accepts', async () => {
    const out = outFile();
    const { code, stdout } = await run([...exportTo(out), '--from', '2', '--to', '3']);
    expect(stdout).toContain(`Entries 1 to 4 of partition ${partition}, with 1 signed head(s)`);
    expect(code).toBe(0);
    const verified = await promisify(execFile)(process.execPath, [SCRIPT, out]);
    expect(verified.stdout).toContain(`It holds: partition ${partition}, entries 1 to 4`);
  });

  it('does not write over a file, and leaves none where the chain is broken', async () => {
    const out = outFile();
    await run([...exportTo(out), '--json']);
    const again = await run(exportTo(out));
    expect(again).toMatchObject({ code: 1 });
    expect(again.stderr).toContain('exists already');
    await books.tamper("update $books.ledger_entries set line = 'x' where sequence = 3");
    const broken = outFile();
    const { code, stderr } = await run(exportTo(broken));
    expect(stderr).toContain('The chain is broken at entry 3');
    expect(code).toBe(1);
    expect(existsSync(broken)).toBe(false);
  });

  it.each([
    [['--out', 'x'], /--partition <p>. is needed/],
    [['--partition', '0'], /--out <file>. is needed/],
    [['--partition', 'x', '--out', 'x'], /--partition is a whole number/],
    [['--partition', '0', '--out', 'x', '--from', '0'], /--from is a whole number from 1/],
  ])('refuses %j with code 2', async (args, message) => {
    const { code, stderr } = await run(['ledger', 'export', ...args]);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });
});

function exportTo(out: string): readonly string[] {
  return ['ledger', 'export', '--partition', String(partition), '--out', out];
}

function outFile(): string {
  serial += 1;
  return join(books.dir, `segment-${serial}.jsonl`);
}

async function run(args: readonly string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const code = await runCli([ledger, verify], args, {
    stdout,
    stderr,
    config: () =>
      loadConfig({
        DATABASE_URL: books.bench.url,
        LEDGER_HEADS_FILE: books.headsFile,
        LEDGER_KEY_DIR: books.dir,
      }),
    signal: new AbortController().signal,
  });
  return { code, stdout: textOf(stdout), stderr: textOf(stderr) };
}

function textOf(stream: PassThrough): string {
  return (stream.read() as Buffer | null)?.toString() ?? '';
}
