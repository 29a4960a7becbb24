/**
 * Writes what is made from the protobuf sources of the api (lints them, then the typed code, `gen`, and the
 * descriptors for reflection), and the pages in docs/providers. `--check` writes nothing and fails where the committed files differ.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const binaries = join(root, 'node_modules', '.bin');
const sources = join(root, 'apps', 'api', 'grpc');
const GENERATED = ['gen', 'descriptors.binpb', 'health-descriptors.binpb'];

try {
  process.exitCode = process.argv.includes('--check') ? compare() : write();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

function write() {
  generateIn(sources);
  for (const file of GENERATED)
    process.stdout.write(`wrote ${relative(root, join(sources, file))}\n`);
  return writePages();
}

/** The pages about providers are snapshots of a spec, so `npm test` compares them without this. */
function writePages() {
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const spec = 'test/documented/status-pages.spec.ts';
  const args = [vitest, 'run', spec, '--project', 'unit', '--update'];
  return spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status ?? 1;
}

function compare() {
  const folder = mkdtempSync(join(tmpdir(), 'cuadre-generate-'));
  try {
    const isSource = (file) => !GENERATED.includes(relative(sources, file));
    cpSync(sources, folder, { recursive: true, filter: isSource });
    generateIn(folder);
    const files = new Set([...generatedIn(folder), ...generatedIn(sources)]);
    const differing = [...files].filter(
      (file) => bytesOf(join(folder, file)) !== bytesOf(join(sources, file)),
    );
    for (const file of differing) {
      process.stdout.write(
        `differs: ${relative(root, join(sources, file))}; run npm run generate\n`,
      );
    }
    if (differing.length === 0)
      process.stdout.write(`${files.size} generated files are current.\n`);
    return differing.length === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function generateIn(folder) {
  buf(folder, ['lint']);
  rmSync(join(folder, 'gen'), { recursive: true, force: true });
  buf(folder, ['generate']);
  buf(folder, ['build', '--as-file-descriptor-set', '-o', 'descriptors.binpb']);
  // The health service's own file: reflection has to know it too.
  const health = join(root, 'node_modules', 'grpc-health-check', 'proto');
  buf(folder, ['build', health, '--as-file-descriptor-set', '-o', 'health-descriptors.binpb']);
}

function buf(cwd, options) {
  // buf finds its plugin on the path.
  const env = { ...process.env, PATH: `${binaries}${delimiter}${process.env.PATH ?? ''}` };
  const run = spawnSync(join(binaries, 'buf'), options, { cwd, env, encoding: 'utf8' });
  if (run.error) throw new Error(`buf could not be run: ${run.error.message}`);
  if (run.status !== 0) throw new Error(`buf ${options[0]} failed:\n${run.stdout}${run.stderr}`);
}

function generatedIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((file) => GENERATED.some((name) => file === name || file.startsWith(join(name, '/'))));
}

function bytesOf(file) {
  return existsSync(file) ? readFileSync(file, 'latin1') : null;
}
