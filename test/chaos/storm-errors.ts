import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Check } from './check.js';
import type { Workspace } from './workspace.js';

/** Whatever was sent, nothing of it was worth an error: what is refused is a warning. */
export function checkErrors({ dataDir }: Workspace): Check {
  const check = new Check('no line of the log is an error');
  for (const line of readFileSync(join(dataDir, 'cuadre.log'), 'utf8').split('\n')) {
    if (line === '') continue;
    check.record(/"level":"(error|fatal)"/.test(line) ? line.slice(0, 300) : null);
  }
  return check;
}
