/**
 * Loads every built module, but for the `main.js` that would run. Vitest forgives what Node does not:
 * a named import that a CommonJS package does not offer passes every spec and then stops the start.
 */
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const dist = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist');
const modules = ['libs', 'apps']
  .flatMap((top) => readdirSync(join(dist, top), { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.name.endsWith('.js') && entry.name !== 'main.js')
  .map((entry) => join(entry.parentPath, entry.name));

// One after the other: each failure then names the module that it is about.
let failed = 0;
for (const file of modules) {
  try {
    await import(pathToFileURL(file).href);
  } catch (error) {
    failed += 1;
    process.stdout.write(`${file.slice(dist.length + 1)}: ${error.message}\n`);
  }
}
process.stdout.write(`${modules.length} modules, ${failed} do not load.\n`);
// Explicit: a module may hold a handle open.
process.exit(failed > 0 || modules.length === 0 ? 1 : 0);
