import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closePeriod } from '../../../test/harness/books-streams.js';
import { SignedBooks } from '../../../test/harness/signed-books.js';
import { planSegment, segmentLines, SegmentRefused } from './export-segment.js';
import { headLine, OLDER_HEAD, parseHeadLine, signHead } from './signed-heads.js';
import { openSigningKey } from './signing-key.js';

const SCRIPT = new URL('../../../deploy/verify-ledger.mjs', import.meta.url);

/** As the script exports it: it knows no Cuadre, so its types are told here. */
type VerifySegment = (chunks: Iterable<Buffer>, trusted?: readonly string[]) => Promise<unknown>;

let books: SignedBooks;
let verifySegment: VerifySegment;
let partition: number;
/** Sequences whose heads were signed, in their order. */
let signed: readonly bigint[];
let bytes: Buffer;

beforeAll(async () => {
  const script = (await import(SCRIPT.href)) as { readonly verifySegment: VerifySegment };
  verifySegment = script.verifySegment;
  books = await SignedBooks.open();
  const events = ['processing', 'succeeded', 'refunded'].flatMap((event) =>
    Array.from({ length: 3 }, (_, index) => books.bench.mintcashEvent(`pay-${index}`, event)),
  );
  await books.fold([...events.slice(0, 6), ...closePeriod('2026-06-20', 3)]);
  const first = await books.signHeads();
  await books.append([...closePeriod('2026-07-02', 3), ...events.slice(6)]);
  const heads = [...first, ...(await books.signHeads())];
  const most = heads.reduce((a, b) => (a.sequence > b.sequence ? a : b));
  partition = most.partition;
  signed = heads.filter((one) => one.partition === partition).map(({ sequence }) => sequence);
  bytes = await exported(1n);
});

afterAll(() => books.close());

describe('an exported segment', () => {
  it('holds offline, with as much as was signed', async () => {
    expect(signed.length).toBe(2);
    await expect(verifySegment([bytes])).resolves.toMatchObject({
      header: { partition, from: '1', to: String(signed[1]), heads: 2 },
      entries: Number(signed[1]),
      closedUntil: '2026-07-02T00:00:00.000Z',
    });
  });

  it('holds however it is cut into chunks', async () => {
    const single = Array.from(bytes, (byte) => Buffer.from([byte]));
    await expect(verifySegment(single)).resolves.toMatchObject({ entries: Number(signed[1]) });
  });

  it('holds from the middle on, where it starts with whole events and ends with a signed head', async () => {
    const [first = 0n, second = 0n] = signed;
    const middle = await exported(first + 2n);
    await expect(verifySegment([middle])).resolves.toMatchObject({
      header: { from: String(first + 1n), to: String(second), heads: 1 },
    });
    const start = await exported(2n, first - 1n);
    await expect(verifySegment([start])).resolves.toMatchObject({
      header: { from: '1', to: String(first) },
    });
  });

  it('is refused after any change of one byte', async () => {
    const accepted: string[] = [];
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 255 }), async (mask) => {
        for (let index = 0; index < bytes.length; index += 1) {
          const changed = Buffer.from(bytes);
          changed.writeUInt8(changed.readUInt8(index) ^ mask, index);
          if (await holds(changed)) accepted.push(`byte ${index} xor ${mask}`);
        }
        expect(accepted).toEqual([]);
      }),
      { numRuns: 2, examples: [[1]] },
    );
  });

  it('is refused after a byte was put in or taken out anywhere', async () => {
    const accepted: string[] = [];
    const added = [' ', '\n', '\r', '0', '"', '=', '\ufeff'].map((text) => Buffer.from(text));
    for (let index = 0; index <= bytes.length; index += 1) {
      const [before, after] = [bytes.subarray(0, index), bytes.subarray(index)];
      const one = added[index % added.length] ?? Buffer.from(' ');
      if (await holds(Buffer.concat([before, one, after])))
        accepted.push(`${index} + ${one.toString()}`);
      if (index % 2 === 0 || index === bytes.length) continue;
      if (await holds(Buffer.concat([before, after.subarray(1)]))) accepted.push(`${index} -`);
    }
    expect(accepted).toEqual([]);
  });

  it('is refused when lines are left out, doubled or reordered', async () => {
    const lines = bytes.toString().trimEnd().split('\n');
    const accepted: string[] = [];
    for (const [index, line] of lines.entries()) {
      const without = lines.filter((_, other) => other !== index);
      const doubled = lines.toSpliced(index, 0, line);
      const swapped = lines.toSpliced(index, 2, lines[index + 1] ?? '', line);
      for (const [what, one] of Object.entries({ without, doubled, swapped })) {
        if (await holds(Buffer.from(`${one.join('\n')}\n`))) accepted.push(`${what} ${index}`);
      }
    }
    expect(accepted).toEqual([]);
  });

  it('is refused when its end is cut off, even behind a whole line', async () => {
    const lines = bytes.toString().trimEnd().split('\n');
    for (let length = 0; length < lines.length; length += 1) {
      const cut = lines.slice(0, length).map((line) => `${line}\n`);
      expect(await holds(Buffer.from(cut.join('')))).toBe(false);
    }
  });

  it('is refused when another key signed it than the one that was given', async () => {
    const other = openSigningKey(await mkdtemp(join(tmpdir(), 'cuadre-key-')));
    await expect(verifySegment([bytes], [other.keyId])).rejects.toThrow(/not the key/);
    const { keyId } = openSigningKey(books.dir);
    await expect(verifySegment([bytes], [keyId])).resolves.toBeDefined();
  });
});

describe('an export', () => {
  it('is refused past the last head that was signed, and where nothing is', async () => {
    const last = signed[1] ?? 0n;
    await expect(exported(1n, last + 1n)).rejects.toThrow(/the last one is of entry/);
    await expect(exported(last + 1n)).rejects.toBeInstanceOf(SegmentRefused);
    await expect(exported(3n, 2n)).rejects.toThrow(/ends before it starts/);
  });

  it('of a partition that has no entries names those that have', async () => {
    const source = { db: books.bench.database, schema: books.schema };
    const elsewhere = planSegment(source, { partition: 99, from: 1n, to: null }, books.signed);
    await expect(elsewhere).rejects.toThrow(
      new RegExp(`in partition 99; there are entries in .*\\b${partition}\\b`),
    );
  });
});

describe('the script for who has no Cuadre', () => {
  it('exits with 0 and tells what was proved', async () => {
    const { code, stdout } = await run(await fileOf(bytes));
    expect(stdout).toContain(`It holds: partition ${partition}, entries 1 to ${signed[1]}`);
    expect(stdout).toContain('compare its id');
    expect(code).toBe(0);
  });

  it('takes the public key from elsewhere', async () => {
    const [pem = ''] = readdirSync(books.dir).filter((file) => file.endsWith('.pem'));
    const { code, stdout } = await run(await fileOf(bytes), '--key', join(books.dir, pem));
    expect(stdout).not.toContain('compare its id');
    expect(code).toBe(0);
  });

  it('exits with 1 and names the line of what was changed', async () => {
    const changed = Buffer.from(bytes.toString().replace('"2500"', '"2501"'));
    expect(changed.equals(bytes)).toBe(false);
    const { code, stdout } = await run(await fileOf(changed));
    expect(stdout).toMatch(/REFUSED: Line \d+: The hash of entry \d+ does not follow/);
    expect(code).toBe(1);
  });

  it('refuses an entry in a period that a signed head closed, and a head that opens one', async () => {
    const lines = bytes.toString().split('\n');
    const closed = lines.findIndex((line) => line.includes('"closedUntil":"2026-06-20'));
    expect(closed).toBeGreaterThan(0);
    const later = lines.map((line) => line.replace('2026-06-20', '2026-07-03'));
    const forged = await resigned(later);
    await expect(verifySegment([forged])).rejects.toThrow(/Entry \d+ counts from .* closed period/);
    const none = lines.map((line, index) =>
      index === closed
        ? line
        : line.replace('"2026-07-02T00:00:00.000Z","recordedAt"', 'null,"recordedAt"'),
    );
    await expect(verifySegment([await resigned(none)])).rejects.toThrow(/opens a period/);
  });

  it('says of a segment and of a head of the former format that they are', async () => {
    const header = bytes.toString().replace('ledger-segment.v2', 'ledger-segment.v1');
    await expect(verifySegment([Buffer.from(header)])).rejects.toThrow(/older format/);
    const head = bytes.toString().replace(/"closedUntil":[^,]+,/, '');
    await expect(verifySegment([Buffer.from(head)])).rejects.toThrow(
      /older format, cuadre.head.v1/,
    );
  });

  it('exits with 2 on wrong usage', async () => {
    expect(await run()).toMatchObject({ code: 2 });
    expect(await run('a', 'b')).toMatchObject({ code: 2 });
  });
});

async function exported(from: bigint, to: bigint | null = null): Promise<Buffer> {
  const source = { db: books.bench.database, schema: books.schema };
  const segment = await planSegment(source, { partition, from, to }, books.signed);
  let text = '';
  for await (const line of segmentLines(source, segment, books.signed.publicKeys)) {
    text += `${line}\n`;
  }
  return Buffer.from(text);
}

/** As who holds the key would sign what these lines say. */
async function resigned(lines: readonly string[]): Promise<Buffer> {
  const key = openSigningKey(books.dir);
  const signedLines = lines.map((line) => {
    if (!line.startsWith('{"head":')) return line;
    const head = parseHeadLine(JSON.stringify((JSON.parse(line) as { head: object }).head));
    if (head === null || head === OLDER_HEAD) throw new Error('It is no head.');
    return `{"head":${headLine(signHead(head, key))}}`;
  });
  return Buffer.from(signedLines.join('\n'));
}

async function holds(changed: Buffer): Promise<boolean> {
  return verifySegment([changed]).then(
    () => true,
    (error: unknown) => {
      // Refused, not fallen over: any other error would be a bug of the script.
      if (error instanceof Error && error.constructor.name === 'Refused') return false;
      throw error;
    },
  );
}

async function fileOf(content: Buffer): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), 'cuadre-segment-')), 'segment.jsonl');
  await writeFile(file, content);
  return file;
}

async function run(...args: readonly string[]): Promise<{ code: number; stdout: string }> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT.pathname, ...args]);
    return { code: 0, stdout };
  } catch (error) {
    const { code, stdout } = error as { code: number; stdout: string };
    return { code, stdout };
  }
}
