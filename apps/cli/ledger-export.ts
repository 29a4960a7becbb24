import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { paint } from '#platform/terminal.js';
import {
  planSegment,
  segmentLines,
  SegmentRefused,
  type Segment,
} from '#projection/books/export-segment.js';
import { SignedHeadFiles } from '#projection/books/heads-file.js';
import { readPublicKeys } from '#projection/books/signing-key.js';
import { liveGeneration } from '#projection/generations.js';
import { inTransaction } from '#read-models/database.js';
import { foldSchemaName } from '#read-models/fold/fold-schema.js';
import { CommandError, type Command, type CommandIo, type ExitCode } from './command.js';
import { jsonText } from './json-text.js';
import { withDatabase } from './open-store.js';
import { numberOption, parseOptions, usageError } from './options.js';
import { ProgressLine } from './progress-line.js';

const COMMAND = 'ledger export';
const LINES_PER_WRITE = 1_000;

/** `cuadre ledger export`. */
export const ledgerExport: Command = {
  name: 'export',
  summary: 'a part of the chain with its signed heads, for somebody who verifies it offline',
  help: `Usage: cuadre ledger export --partition <p> --out <file> [options]

Writes entries of one partition with their hashes, the signed heads among them and the public key, as JSON
lines. \`node deploy/verify-ledger.mjs <file>\` verifies them anywhere, without Cuadre. The segment starts
where an event starts and ends with an entry whose head was signed, so it may be longer than asked for.

  --partition <p>  partition of the chain
  --from <n>       sequence of the first entry (default 1)
  --to <n>         sequence of the last entry (default: the last one that was signed)
  --out <file>     a file that does not exist yet
  --heads <file>   signed heads; several times for several machines (default LEDGER_HEADS_FILE)
  --keys <dir>     folder of the public keys (default LEDGER_KEY_DIR)
  --json           what was written, as JSON on stdout
`,
  run: (args, io) => runLedgerExport(args, io),
};

async function runLedgerExport(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { values } = parseOptions(COMMAND, args, {
    partition: { type: 'string' },
    from: { type: 'string' },
    to: { type: 'string' },
    out: { type: 'string' },
    heads: { type: 'string', multiple: true },
    keys: { type: 'string' },
  });
  const { out } = values;
  if (out === undefined) throw usageError(COMMAND, '`--out <file>` is needed.');
  const partition = numberOption(
    COMMAND,
    { name: 'partition', text: values.partition },
    { min: 0, max: 32_767 },
  );
  if (partition === undefined) throw usageError(COMMAND, '`--partition <p>` is needed.');
  const from = sequenceOption('from', values.from) ?? 1n;
  const to = sequenceOption('to', values.to) ?? null;
  const { headsFile, keyDir } = io.config().ledger;
  const files = new SignedHeadFiles(values.heads ?? [headsFile]);
  const publicKeys = readPublicKeys(values.keys ?? keyDir);
  try {
    const segment = await withDatabase(io, 'ledger-export', ({ database }) =>
      inTransaction(database, async (db) => {
        await db.query('set transaction isolation level repeatable read read only');
        await db.query('set local idle_in_transaction_session_timeout = 0');
        const source = { db, schema: foldSchemaName(await liveGeneration(db)) };
        const planned = await planSegment(source, { partition, from, to }, { files, publicKeys });
        await writeSegment(segmentLines(source, planned, publicKeys), { out, io, planned });
        return planned;
      }),
    );
    tell(segment, { io, out, keyDir: values.keys ?? keyDir, isJson: values.json });
    return 0;
  } catch (error) {
    if (!(error instanceof SegmentRefused)) throw error;
    throw new CommandError(error.message, {
      exitCode: 1,
      hint: 'Heads are signed once a minute and at stop; `cuadre verify` tells how far, and what is broken.',
      cause: error,
    });
  }
}

function sequenceOption(name: string, text: string | undefined): bigint | undefined {
  const found = numberOption(COMMAND, { name, text }, { min: 1, max: Number.MAX_SAFE_INTEGER });
  return found === undefined ? undefined : BigInt(found);
}

/** Whole or not at all: half a segment is refused by who verifies it, and would look like tampering. */
async function writeSegment(
  lines: AsyncIterable<string>,
  { out, io, planned }: { readonly out: string; readonly io: CommandIo; readonly planned: Segment },
): Promise<void> {
  const progress = new ProgressLine(io.stderr);
  const file = await create(out);
  try {
    let text: string[] = [];
    let written = 0;
    for await (const line of lines) {
      text.push(`${line}\n`);
      if (text.length < LINES_PER_WRITE) continue;
      io.signal.throwIfAborted();
      await file.appendFile(text.join(''));
      written += text.length;
      progress.update(`  ${written} lines of ${planned.to - planned.from + 1n} entries`);
      text = [];
    }
    await file.appendFile(text.join(''));
    await file.sync();
  } catch (error) {
    await rm(out, { force: true });
    throw error;
  } finally {
    await file.close();
    progress.clear();
  }
}

async function create(out: string) {
  try {
    return await open(out, 'wx', 0o600);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const why = code === 'EEXIST' ? 'exists already' : `cannot be written (${code ?? 'unknown'})`;
    throw new CommandError(`${out} ${why}.`, { exitCode: 1, cause });
  }
}

type Telling = {
  readonly io: CommandIo;
  readonly out: string;
  readonly keyDir: string;
  readonly isJson: boolean;
};

function tell({ partition, from, to, heads }: Segment, { io, out, keyDir, isJson }: Telling): void {
  const keys = [...new Set(heads.map(({ keyId }) => keyId))];
  if (isJson) {
    const line = { file: out, partition, from, to, heads: heads.length, keys };
    io.stdout.write(`${jsonText(line)}\n`);
    return;
  }
  const trusted = keys.map((keyId) => `--key ${join(keyDir, `ledger-${keyId}.pem`)}`);
  const done = `Entries ${from} to ${to} of partition ${partition}, with ${heads.length} signed head(s) by ${keys.join(', ')}.`;
  io.stdout.write(
    `${paint(done, 'green', io.stdout)}\nVerify: node deploy/verify-ledger.mjs ${[out, ...trusted].join(' ')}\n`,
  );
}
