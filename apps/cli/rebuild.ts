import { assertNever } from '#ledger/assert.js';
import { paint } from '#platform/terminal.js';
import { DatedEntryRefused } from '#projection/dated-entries.js';
import type { TableComparison } from '#projection/compare-generations.js';
import {
  rebuild,
  RebuildRunning,
  type RebuildProgress,
  type RebuildResult,
} from '#projection/rebuild.js';
import { CommandError, type CommandIo, type ExitCode } from './command.js';
import { withStore } from './open-store.js';
import { parseOptions } from './options.js';
import { ProgressLine } from './progress-line.js';

/**
 * `cuadre rebuild`: works on the database and the log themselves, so it needs no running service, and
 * a running one goes on meanwhile.
 */
export async function runRebuild(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { values } = parseOptions('rebuild', args, {
    'no-swap': { type: 'boolean' },
    'accept-differences': { type: 'boolean' },
  });
  const report = values.json ? jsonReport(io) : textReport(io);
  try {
    const result = await withStore(io, 'rebuild', (store) =>
      rebuild(store, {
        swap: values['no-swap'] !== true,
        acceptsDifferences: values['accept-differences'] === true,
        signal: io.signal,
        onProgress: report.progress,
      }),
    );
    report.result(result);
    return result.isSame || result.hasSwapped ? 0 : 1;
  } catch (error) {
    const isExpected = error instanceof RebuildRunning || error instanceof DatedEntryRefused;
    if (!isExpected) throw error;
    throw new CommandError(error.message, { exitCode: 1, cause: error });
  }
}

type Report = {
  readonly progress: (progress: RebuildProgress) => void;
  readonly result: (result: RebuildResult) => void;
};

function jsonReport({ stdout }: CommandIo): Report {
  const line = (value: unknown): void => {
    stdout.write(
      `${JSON.stringify(value, (_key, one: unknown) => (typeof one === 'bigint' ? String(one) : one))}\n`,
    );
  };
  return { progress: line, result: (result) => line({ step: 'done', ...result }) };
}

function textReport({ stdout, stderr }: CommandIo): Report {
  const line = new ProgressLine(stderr);
  const startedMs = performance.now();
  const say = (text: string): void => {
    line.clear();
    stdout.write(`${text}\n`);
  };
  const progress = (one: RebuildProgress): void => {
    switch (one.step) {
      case 'dropped':
        return say(`Dropped what an earlier run left: generation ${one.generation.generation}.`);
      case 'building':
        return say(`Folding ${one.records} records into generation ${one.generation.generation} …`);
      case 'folded': {
        const seconds = (performance.now() - startedMs) / 1000;
        const rate = Math.round(Number(one.records) / Math.max(seconds, 0.001));
        return line.update(`  ${one.records} of ${one.of} records, ${rate} records/s`);
      }
      case 'comparing':
        return say('Comparing every row with a snapshot of live …');
      case 'compared':
        return say(comparisonLine(one.comparison, stdout));
      case 'swapped':
        return say(`Swapped: generation ${one.generation.generation} is live.`);
      default:
        return assertNever(one);
    }
  };
  const result = ({ isSame, hasSwapped, records }: RebuildResult): void => {
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    if (isSame) {
      const swap = hasSwapped ? '' : ' Nothing was swapped, as asked.';
      return say(
        paint(`No difference: ${records} records folded in ${seconds} s.${swap}`, 'green', stdout),
      );
    }
    if (hasSwapped) {
      return say(
        paint('The rebuilt tables differ from live; swapped, as asked.', 'yellow', stdout),
      );
    }
    say(
      paint(
        'The rebuilt tables differ from live, so live stays as it is. The rebuilt ones are kept in ' +
          'their schema until the next rebuild. --accept-differences swaps them in.',
        'red',
        stdout,
      ),
    );
  };
  return { progress, result };
}

function comparisonLine(
  { table, rows, differences }: TableComparison,
  stdout: CommandIo['stdout'],
) {
  const head = `  ${table.padEnd(16)} ${String(rows).padStart(9)} rows`;
  if (differences.length === 0) return `${head}  ${paint('same', 'green', stdout)}`;
  const shown = differences
    .slice(0, 10)
    .map(({ key, kind, columns }) => `    ${kind} ${key} ${columns.join(', ')}`.trimEnd());
  return [`${head}  ${paint(`${differences.length} differ`, 'red', stdout)}`, ...shown].join('\n');
}
