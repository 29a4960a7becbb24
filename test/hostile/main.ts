import { parseArgs } from 'node:util';
import { fuzzSource, fuzzTargets, type FuzzReport } from './fuzz/fuzz-source.js';

const HELP = `Usage: npm test -- --fuzz N, or this file by itself, with node --expose-gc

Sends N hostile deliveries to each source of every provider and checks what becomes of them. Ends with 1
where one of them breaks a property; the seed and path that are then shown find it again.

  --deliveries N       for each source (default 100000)
  --seed N             of the first round (default: a new one, which is shown)
  --source NAME        that source alone
`;
/** Heap that may be added between the first third of a run and its end, both collected. */
const HEAP_GROWTH_BYTES_MAX = 8 * 1_048_576;

const { values } = parseArgs({
  options: {
    deliveries: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    source: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const [deliveries, seed] = [Number(values.deliveries), Number(values.seed)];
if (values.help || !Number.isSafeInteger(deliveries) || !Number.isSafeInteger(seed)) {
  process.stdout.write(HELP);
  process.exitCode = values.help ? 0 : 2;
} else {
  await main();
}

async function main(): Promise<void> {
  const { targets, missing } = fuzzTargets();
  for (const name of missing) process.stdout.write(`${name} is in no registry: skipped\n`);
  for (const target of targets) {
    const { name } = target.source;
    if (values.source !== undefined && values.source !== name) continue;
    process.stdout.write(`${name}: ${deliveries} deliveries, seed ${seed}\n`);
    const report = await fuzzSource(target, {
      deliveries,
      seed,
      ...(globalThis.gc === undefined ? {} : { collect: collectGarbage }),
    });
    show(report);
    assertFlat(report.heapBytes);
  }
}

function collectGarbage(): void {
  globalThis.gc?.();
}

function show({ tookMs, tally, heapBytes }: FuzzReport): void {
  const counts = [...tally].sort(([, one], [, other]) => other - one);
  const heap = [heapBytes[0], ...heapBytes.slice(-1)].map((bytes) => megabytes(bytes ?? 0));
  process.stdout.write(
    `  ${(tookMs / 1_000).toFixed(1)} s · heap after a round ${heap.join(' → ')}\n` +
      counts.map(([what, count]) => `  ${String(count).padStart(8)}  ${what}\n`).join(''),
  );
}

function assertFlat(heapBytes: readonly number[]): void {
  if (heapBytes.length < 6) return;
  const early = heapBytes[Math.floor(heapBytes.length / 3)] ?? 0;
  const grownBytes = (heapBytes.at(-1) ?? 0) - early;
  if (grownBytes <= HEAP_GROWTH_BYTES_MAX) return;
  throw new Error(`The heap grew by ${megabytes(grownBytes)} while the log was emptied.`);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MiB`;
}
