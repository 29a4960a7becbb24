import type { Command } from './command.js';
import { runRebuild } from './rebuild.js';

export const rebuild: Command = {
  name: 'rebuild',
  summary: 'fold the whole log again, compare it with live row for row, and swap',
  help: `Usage: cuadre rebuild [options]

Folds the log from position 0 into fresh tables while the live ones go on, compares both row for row at
one snapshot, and swaps when nothing differs. Exits with 1 when something does, and leaves live as it is.

  --no-swap             compare alone
  --accept-differences  swap even when rows differ: for a new version of the fold
  --json                progress and result as JSON lines on stdout
`,
  run: (args, io) => runRebuild(args, io),
};
