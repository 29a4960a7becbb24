import { parseArgs } from 'node:util';
import { benchProject } from './project.js';

const HELP = `Usage: npm run bench -- <name> [options]

  project              the projector with every table, against a one-table fold by hand

  --events N           how many events to fold (default 60000)
  --rounds N           interleaved rounds; medians are shown (default 3)
  --json               the JSON line alone
`;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    events: { type: 'string', default: '60000' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const [name] = positionals;
if (values.help || name === undefined) {
  process.stdout.write(HELP);
} else if (name === 'project') {
  await benchProject({
    events: Number(values.events),
    rounds: Number(values.rounds),
    isJson: values.json,
  });
} else {
  process.stderr.write(`There is no benchmark "${name}".\n\n${HELP}`);
  process.exitCode = 2;
}
