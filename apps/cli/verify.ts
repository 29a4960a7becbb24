import { assertNever } from '#ledger/assert.js';
import { paint } from '#platform/terminal.js';
import { SignedHeadFiles } from '#projection/books/heads-file.js';
import { readPublicKeys } from '#projection/books/signing-key.js';
import {
  verifyBooks,
  type VerifiedBooks,
  type VerifyProgress,
} from '#projection/books/verify-books.js';
import type { Command, CommandIo, ExitCode } from './command.js';
import { jsonText } from './json-text.js';
import { withDatabase } from './open-store.js';
import { parseOptions, usageError } from './options.js';
import { ProgressLine } from './progress-line.js';
import { formatTable } from './table.js';

const FINDINGS_SHOWN = 50;

/** What no chain and no signature can tell: said with every result. */
const NOT_CHECKED =
  'that the log has what the entries say. Entries that were added behind the last signed head, with ' +
  'hashes that follow, only `cuadre rebuild --no-swap` finds.';

/** `cuadre verify`. */
export const verify: Command = {
  name: 'verify',
  summary:
    'prove that nobody changed the books: walk every chain, and compare it with what was signed',
  help: `Usage: cuadre verify [options]

Walks the chain of every partition in the database itself: hashes, sequences without gaps, head rows, events
that sum to zero, sums by day, closed periods, and the heads that were signed outside the database. Tells of
each change where it is. Needs no running service, and a running one goes on meanwhile. Exits with 1 when it finds one.

  --heads <file>  signed heads; several times for several machines (default LEDGER_HEADS_FILE)
  --keys <dir>    folder of the public keys (default LEDGER_KEY_DIR)
  --json          progress and result as JSON lines on stdout
`,
  run: (args, io) => runVerify(args, io),
};

async function runVerify(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { values, positionals } = parseOptions('verify', args, {
    heads: { type: 'string', multiple: true },
    keys: { type: 'string' },
  });
  if (positionals[0] !== undefined) {
    throw usageError('verify', `\`${positionals[0]}\` is not expected.`);
  }
  const { headsFile, keyDir } = io.config().ledger;
  // Before the database is looked at: what is signed meanwhile is no part of it.
  const files = new SignedHeadFiles(values.heads ?? [headsFile]);
  const report = values.json ? jsonReport(io) : textReport(io);
  const verified = await withDatabase(io, 'verify', ({ database }) =>
    verifyBooks(database, {
      files,
      publicKeys: readPublicKeys(values.keys ?? keyDir),
      signal: io.signal,
      onProgress: report.progress,
    }),
  );
  report.result(verified);
  return verified.isSound ? 0 : 1;
}

type Report = {
  readonly progress: (progress: VerifyProgress) => void;
  readonly result: (verified: VerifiedBooks) => void;
};

function jsonReport({ stdout }: CommandIo): Report {
  return {
    progress: (progress) => void stdout.write(`${jsonText(progress)}\n`),
    result: ({ signed, ...verified }) => {
      const { heads, unreadableLines, olderLines } = signed;
      const counts = { signedHeads: heads, unreadableLines, olderLines };
      const line = { step: 'done', ...verified, ...counts, notChecked: NOT_CHECKED };
      stdout.write(`${jsonText(line)}\n`);
    },
  };
}

function textReport(io: CommandIo): Report {
  const line = new ProgressLine(io.stderr);
  const startedMs = performance.now();
  return {
    progress: (progress) => line.update(progressText(progress)),
    result: (verified) => {
      line.clear();
      const seconds = (performance.now() - startedMs) / 1000;
      io.stdout.write(verifiedText(verified, { stdout: io.stdout, seconds }));
    },
  };
}

function progressText(progress: VerifyProgress): string {
  switch (progress.step) {
    case 'walked':
      return `  partition ${progress.partition}: ${progress.entries} of ${progress.of} entries`;
    case 'summing':
      return '  summing entries by event and by day …';
    case 'signed-heads':
      return `  ${progress.heads} signed heads compared`;
    default:
      return assertNever(progress);
  }
}

function verifiedText(
  { partitions, entries, findings, findingsCount, isSound, signed }: VerifiedBooks,
  { stdout, seconds }: { readonly stdout: CommandIo['stdout']; readonly seconds: number },
): string {
  const table = formatTable([
    ['partition', 'entries', 'signed to', 'hash of the last entry'],
    ...partitions.map(({ partition, sequence, vouchedTo, hash }) => [
      String(partition),
      String(sequence),
      vouchedTo === 0n ? '-' : String(vouchedTo),
      hash,
    ]),
  ]);
  const notes = [
    ...(signed.heads === 0 && entries > 0n
      ? ['No signed head was found: who can write to the database can also rewrite it whole.']
      : []),
    ...(signed.unreadableLines > 0
      ? [
          `${signed.unreadableLines} line(s) of signed heads cannot be read, as a power cut leaves them.`,
        ]
      : []),
    ...(signed.olderLines > 0
      ? [
          `${signed.olderLines} signed head(s) are of the older format cuadre.head.v1, which does not ` +
            'cover closed periods, and were not compared.',
        ]
      : []),
  ].map((note) => `${paint(note, 'yellow', stdout)}\n`);
  const lines = findings
    .slice(0, FINDINGS_SHOWN)
    .map(({ kind, partition, sequence, entryId, detail }) => {
      const place = [
        ...(partition === null ? [] : [`partition ${partition}`]),
        ...(sequence === null ? [] : [`entry ${sequence}`]),
        ...(entryId === null ? [] : [`id ${entryId}`]),
      ];
      return `${paint(kind, 'red', stdout)}  ${place.join(', ')}\n    ${detail}\n`;
    });
  const took = `${entries} entries in ${partitions.length} partitions, ${signed.heads} signed heads, ${seconds.toFixed(1)} s`;
  const verdict = isSound
    ? paint(`The books are sound: ${took}.`, 'green', stdout)
    : paint(`The books are NOT sound: ${findingsCount} finding(s); ${took}.`, 'red', stdout);
  const more =
    findingsCount > lines.length ? `… and ${findingsCount - lines.length} more findings.\n` : '';
  const advice = isSound
    ? ''
    : 'The log is untouched by this: `cuadre rebuild --no-swap` names every row that differs from it.\n';
  const rest = `Not checked: ${NOT_CHECKED}\n`;
  return [table, '\n', ...notes, ...lines, more, `${verdict}\n`, advice, rest].join('');
}
