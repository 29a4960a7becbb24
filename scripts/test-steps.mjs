import { join } from 'node:path';

const SECOND_MS = 1_000;
const packaged = (...path) => join('node_modules', ...path);
const script = (name) => join('scripts', name);

/**
 * What `npm test` runs: `checks` give one verdict each, `suites` are vitest projects. `arguments` are
 * for Node 24 itself, so that no launcher picks another; the sum of the time-outs is not the bound of
 * the whole run, RUN_TIMEOUT_MS is.
 */
export const RUN_TIMEOUT_MS = 19 * 60 * SECOND_MS;

export const checks = [
  check('build', [script('ready.mjs'), 'build'], 180),
  check('load', [script('load-output.mjs')], 60),
  check('format', [packaged('prettier', 'bin', 'prettier.cjs'), '--check', '.'], 120),
  check('lint', [packaged('oxlint', 'bin', 'oxlint'), ...lintArguments()], 180),
  check('types', [packaged('typescript', 'bin', 'tsc'), ...typesArguments()], 180),
  check('boundaries', [script('boundaries.mjs')], 120),
  check('generated', [script('generate.mjs'), '--check'], 60),
  check('dead-code', [packaged('knip', 'bin', 'knip.js'), '--no-config-hints'], 120),
];

export const suites = [suite('unit', 300), suite('postgres', 720), suite('kafka', 420)];

/** The long run of the fuzz test, which `npm test` has a short one of; in place of everything else. */
export function fuzzStep(deliveries) {
  const program = join('dist', 'test', 'hostile', 'main.js');
  return check('fuzz', ['--expose-gc', program, '--deliveries', deliveries], 6 * 3_600);
}

function check(name, nodeArguments, timeoutSeconds) {
  return { name, arguments: nodeArguments, timeoutMs: timeoutSeconds * SECOND_MS };
}

function suite(name, timeoutSeconds) {
  const run = [packaged('vitest', 'vitest.mjs'), 'run', '--project', name];
  return { name, arguments: run, timeoutMs: timeoutSeconds * SECOND_MS };
}

function lintArguments() {
  const paths = ['apps', 'libs', 'test', 'scripts', 'deploy', 'vitest.config.ts'];
  return ['--type-aware', '--max-warnings', '0', ...paths];
}

function typesArguments() {
  // Its own build info: the one in dist speaks of emitted output.
  const buildInfo = packaged('.cache', 'cuadre-types.tsbuildinfo');
  return ['-p', 'tsconfig.json', '--noEmit', '--tsBuildInfoFile', buildInfo];
}
