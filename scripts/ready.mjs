/**
 * Makes a clone ready to run, on any Node from 18: dependencies by the lock file, and with `build` the
 * compiled output. Says nothing and takes a fraction of a second when nothing has changed.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';
import { withLock } from './lock.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const node = join(root, 'node_modules', '.bin', 'node');
const installed = join(root, 'node_modules', '.cuadre-lock.json');

process.chdir(root);
try {
  withLock(join(root, 'node_modules', '.cuadre-preparing'), () => {
    if (!existsSync(node) || textOf(installed) !== textOf('package-lock.json')) install();
    if (process.argv.includes('build')) build(root, node);
  });
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

function install() {
  process.stderr.write('Installing dependencies; this takes a minute or two, once.\n');
  // Not `npm ci`: it refuses a lock file made where packages of other platforms cannot be had.
  const options = ['install', '--no-save', '--ignore-scripts', '--loglevel=error', '--no-progress'];
  // npm must not run on the Node in node_modules that it is about to replace.
  const isOurs = (folder) => folder.startsWith(join(root, 'node_modules'));
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !isOurs(folder));
  const { status, error } = spawnSync('npm', options, {
    stdio: ['ignore', 2, 2],
    env: { ...process.env, PATH: path.join(delimiter), NODE_ENV: 'development' },
  });
  if (error || status !== 0) {
    throw new Error(`npm install failed (${error?.message ?? `exit ${status}`}); see above.`);
  }
  if (!existsSync(node)) {
    const platform = `${process.platform}-${process.arch}`;
    throw new Error(
      `No Node 24 package for ${platform}: see optionalDependencies in package.json.`,
    );
  }
  copyFileSync('package-lock.json', installed);
}

function textOf(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
