/** Runs every check and every test, shows a line for each step, and counts. See HELP. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { countTests } from './count-tests.mjs';
import { runBounded, signalAll } from './run-bounded.mjs';
import { RUN_TIMEOUT_MS, checks, fuzzStep, suites } from './test-steps.mjs';

const NAMES = [...checks, ...suites].map((step) => step.name);
const HELP = `npm test                        everything
npm test -- --only unit,lint    these steps: ${NAMES.join(' ')}
npm test -- libs/ledger money   the tests whose path contains one of these
npm test -- --fuzz 100000       instead: so many hostile deliveries to every source (minutes)

The last line is \`N passed, N failed, N skipped\`: tests, and each check as one.
Kafka tests start a broker of their own (Java 17 and Maven) or use KAFKA_BROKERS; where there is
neither they are skipped, which is a failure when CI=true. Tests use TEST_DATABASE_URL if it is set.
`;
const CHECKS_AT_ONCE = 2;
const hasColours = process.stdout.isTTY === true && !process.env.NO_COLOR;
const { FORCE_COLOR: _ignored, ...environment } = process.env;

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));
process.exitCode = await main(readOptions());

function readOptions() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        only: { type: 'string' },
        fuzz: { type: 'string' },
        help: { type: 'boolean' },
      },
    });
    const only = values.only?.split(',').map((name) => name.trim());
    const unknown = only?.find((name) => !NAMES.includes(name));
    if (unknown !== undefined) {
      throw new Error(`There is no step ${unknown}; there are ${NAMES.join(', ')}.`);
    }
    if (values.fuzz !== undefined && !/^[1-9]\d{0,8}$/.test(values.fuzz)) {
      throw new Error('--fuzz wants a number of deliveries.');
    }
    return { only, help: values.help, fuzz: values.fuzz, filters: positionals };
  } catch (error) {
    return { error: error.message };
  }
}

async function main({ only, help, fuzz, filters, error }) {
  if (help || error !== undefined) {
    (error ? process.stderr : process.stdout).write(error ? `${error}\n\n${HELP}` : HELP);
    return error ? 2 : 0;
  }
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => {
      signalAll('SIGTERM');
      process.exitCode = 130;
      setTimeout(() => signalAll('SIGKILL'), 3_000).unref();
      setTimeout(() => process.exit(130), 3_500);
    });
  }
  if (fuzz !== undefined) return runFuzz(fuzz);
  const deadlineMs = Date.now() + RUN_TIMEOUT_MS;
  const isWanted = ({ name }) => only?.includes(name) ?? true;
  // A path narrows the tests down; the checks look at everything, so they run when they are named.
  const isChecked = filters.length === 0 || only !== undefined;
  const [first, ...queue] = checks.filter((step) => isChecked && isWanted(step));
  const results = [];
  const run = async (step) => results.push(await runCheck(step, deadlineMs));
  // The first alone: when it is the build, the others would compete with it.
  if (first !== undefined) await run(first);
  await Promise.all(
    Array.from({ length: CHECKS_AT_ONCE }, async () => {
      while (queue.length > 0) await run(queue.shift());
    }),
  );
  for (const suite of suites.filter(isWanted)) {
    results.push(await runSuite(suite, { filters, deadlineMs }));
  }
  return summarise(results);
}

async function runFuzz(deliveries) {
  const build = await runCheck(checks[0], Date.now() + checks[0].timeoutMs);
  if (!build.isOk) return summarise([build]);
  const { timeoutMs, arguments: nodeArguments } = fuzzStep(deliveries);
  const onOutput = (chunk) => process.stdout.write(chunk);
  const { isOk } = await runBounded(nodeArguments, { timeoutMs, env: environment, onOutput });
  return isOk ? 0 : 1;
}

async function runCheck(step, deadlineMs) {
  const result = await runStep(step, { deadlineMs, arguments: step.arguments });
  const counts = { passed: result.isOk ? 1 : 0, failed: result.isOk ? 0 : 1, skipped: 0 };
  return shown({ name: step.name, ...result, ...counts });
}

async function runSuite(step, { filters, deadlineMs }) {
  const folder = mkdtempSync(join(tmpdir(), 'cuadre-test-'));
  const report = join(folder, 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const tolerance = filters.length > 0 ? ['--passWithNoTests'] : [];
  const result = await runStep(step, {
    deadlineMs,
    arguments: [...step.arguments, ...reporters, ...tolerance, ...filters],
  });
  const counts = countTests(report, result.isOk);
  rmSync(folder, { recursive: true, force: true });
  return shown({ name: step.name, ...result, ...counts });
}

function runStep(step, { deadlineMs, arguments: nodeArguments }) {
  if (hasColours) process.stdout.write(`… ${step.name}\r`);
  const timeoutMs = Math.max(1, Math.min(step.timeoutMs, deadlineMs - Date.now()));
  const colours = hasColours ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' };
  return runBounded(nodeArguments, { timeoutMs, env: { ...environment, ...colours } });
}

function shown(result) {
  const { name, isOk, hasTimedOut, output, durationMs, passed, failed, skipped } = result;
  const seconds = `${(durationMs / 1_000).toFixed(1)} s`;
  const verdict = hasTimedOut ? 'TIMED OUT' : failed > 0 || !isOk ? 'FAILED' : 'ok';
  const line = `${verdict === 'ok' ? paint('ok    ', 32) : paint('FAILED', 31)}  ${name.padEnd(11)}`;
  const counts = Object.entries({ passed, failed, skipped }).filter(([, count]) => count > 0);
  const detail = hasTimedOut
    ? 'timed out'
    : counts.map(([word, count]) => `${count} ${word}`).join(', ') || 'no test matched';
  process.stdout.write(`${line} ${seconds.padStart(8)}  ${detail}\n`);
  if (verdict !== 'ok') process.stdout.write(`${output.trimEnd()}\n\n`);
  return result;
}

/** A run with a failure is red; so is one without Kafka where a full run is promised. */
function summarise(results) {
  const kafka = results.find((result) => result.name === 'kafka');
  const total = (key) => results.reduce((sum, result) => sum + result[key], 0);
  let failed = total('failed');
  process.stdout.write(`\n${'step'.padEnd(12)}  passed  failed  skipped\n`);
  results.sort((a, b) => NAMES.indexOf(a.name) - NAMES.indexOf(b.name));
  for (const result of results) {
    const cells = [result.passed, result.failed, result.skipped].map((n) => String(n).padStart(7));
    process.stdout.write(`${result.name.padEnd(12)}${cells.join(' ')}\n`);
  }
  if (kafka !== undefined && kafka.skipped > 0) {
    const isFailure = process.env.CI === 'true';
    failed += isFailure ? 1 : 0;
    const why = isFailure ? ' With CI=true this is a failure.' : '';
    const text = `!!! ${kafka.skipped} KAFKA TESTS WERE SKIPPED.${why} !!!`;
    process.stdout.write(`\n${paint(text, 33)}\n`);
  }
  process.stdout.write(
    `\n${total('passed')} passed, ${failed} failed, ${total('skipped')} skipped\n`,
  );
  return failed > 0 ? 1 : 0;
}

function paint(text, code) {
  return hasColours ? `\u001b[${code}m${text}\u001b[39m` : text;
}
