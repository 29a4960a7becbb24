import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';

const FOLDERS = ['apps', 'libs', 'test'];
const SETTINGS = ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];
/** Files beside the code that are read at run time: tsc leaves them behind. */
const ASSETS = new Set(['.binpb', '.css', '.html', '.sql', '.svg']);
const NOT_BUILT = /\.(spec|contract)\.ts$|\.d\.ts$|^test.fixtures-/;

/**
 * Compiles into `dist` when a source has changed. The manifest in it tells what `tsc -b` does not see:
 * a deleted source, a source put back with an older time, output deleted by hand. `dist` then goes
 * whole, because tsc does not restore a part of it.
 */
export function build(root, node) {
  const dist = join(root, 'dist');
  const manifest = join(dist, '.sources.json');
  const before = existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')) : null;
  const sources = sourcesOf(root);
  const isUsable = before !== null && isContinuedBy(sources, before) && isWhole(root, before);
  if (isUsable && before.isBuilt && JSON.stringify(before.sources) === JSON.stringify(sources))
    return;

  if (!isUsable) {
    process.stderr.write('Building.\n');
    rmSync(manifest, { force: true });
    rmSync(dist, { recursive: true, force: true, maxRetries: 5 });
    mkdirSync(dist);
  }
  // Until the end, and if tsc fails, the output belongs to no state of the sources.
  const unbuilt = { builtAtMs: 0, sources: {}, ...(isUsable ? before : {}), isBuilt: false };
  writeFileSync(manifest, JSON.stringify(unbuilt));
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const run = spawnSync(node, [tsc, '-b', 'tsconfig.build.json'], { cwd: root, encoding: 'utf8' });
  if (run.error) throw new Error(`tsc could not be run: ${run.error.message}`);
  for (const file of Object.keys(sources)) {
    if (!ASSETS.has(extname(file))) continue;
    mkdirSync(dirname(join(dist, file)), { recursive: true });
    copyFileSync(join(root, file), join(dist, file));
  }
  const isBuilt = run.status === 0;
  writeFileSync(manifest, JSON.stringify({ isBuilt, builtAtMs: Date.now(), sources }));
  if (!isBuilt) throw new Error(`${run.stdout}${run.stderr}The build failed.`);
}

/** Size and time of all that the output is made from, by path from the root. */
function sourcesOf(root) {
  const files = FOLDERS.filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => filesIn(root, folder))
    .filter((file) => isSource(file));
  const entries = [...SETTINGS, ...files].map((file) => {
    const { size, mtimeMs } = statSync(join(root, file));
    return [file, [size, mtimeMs]];
  });
  return Object.fromEntries(entries);
}

function filesIn(root, folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesIn(root, join(folder, entry.name)) : [join(folder, entry.name)],
  );
}

function isSource(file) {
  return ASSETS.has(extname(file)) || (extname(file) === '.ts' && !NOT_BUILT.test(file));
}

/** Nothing is gone, and what has changed is newer than the output: else `tsc -b` takes it as built. */
function isContinuedBy(sources, before) {
  const isKept = Object.keys(before.sources).every((file) => file in sources);
  const isNewer = Object.entries(sources).every(
    ([file, stamp]) => stamp[1] > before.builtAtMs || before.sources[file]?.join() === stamp.join(),
  );
  return isKept && isNewer;
}

function isWhole(root, { isBuilt, sources }) {
  const outputs = Object.keys(sources)
    .filter((file) => !SETTINGS.includes(file))
    .map((file) => join(root, 'dist', file.replace(/\.ts$/, '.js')));
  return !isBuilt || outputs.every((file) => existsSync(file));
}
