/**
 * Checks who imports whom (.dependency-cruiser.mjs). A cruise that sees nothing also finds nothing, so
 * every source file must be among the modules that it saw.
 * `--root <folder>` checks another tree by the same rules, `--json` prints `{modules, rules, violations}`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const project = dirname(dirname(fileURLToPath(import.meta.url)));
const { values: options } = parseArgs({
  options: { root: { type: 'string', default: project }, json: { type: 'boolean' } },
});

const { modules, rules, violations } = cruise(options.root);
const unseen = sourcesOf(options.root).filter((file) => !modules.includes(file));
if (options.json) {
  process.stdout.write(`${JSON.stringify({ modules, rules, violations })}\n`);
} else {
  for (const { rule, from, to, via, comment } of violations) {
    const path = via === undefined ? ` -> ${to}` : ` -> ${via.join(' -> ')}`;
    process.stdout.write(`${rule}: ${from}${to === from ? '' : path}\n    ${comment}\n`);
  }
  for (const file of unseen) process.stdout.write(`not seen by dependency-cruiser: ${file}\n`);
  process.stdout.write(`${modules.length} modules, ${violations.length} violations.\n`);
}
if (violations.length > 0 || unseen.length > 0) process.exitCode = 1;

function cruise(root) {
  const bin = join(project, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruiser.mjs');
  const config = join(project, '.dependency-cruiser.mjs');
  const folders = foldersOf(root);
  const run = spawnSync(process.execPath, [bin, ...folders, '--config', config, '-T', 'json'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  let result;
  try {
    result = JSON.parse(run.stdout);
  } catch (cause) {
    throw new Error(`dependency-cruiser gave no result: ${run.stdout}${run.stderr}`, { cause });
  }
  const comments = new Map(
    result.summary.ruleSetUsed.forbidden.map(({ name, comment }) => [name, comment]),
  );
  return {
    rules: result.summary.ruleSetUsed.forbidden.map(({ name }) => name),
    modules: result.modules
      .filter((module) => module.followable !== false && folders.includes(topOf(module.source)))
      .map((module) => module.source),
    violations: result.summary.violations.map(({ rule, from, to, cycle }) => ({
      rule: rule.name,
      from,
      to,
      via: cycle?.map((step) => step.name),
      comment: comments.get(rule.name),
    })),
  };
}

function foldersOf(root) {
  return ['apps', 'libs', 'test'].filter((folder) => existsSync(join(root, folder)));
}

function topOf(path) {
  return path.split('/')[0];
}

function sourcesOf(root) {
  return foldersOf(root)
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'));
}
