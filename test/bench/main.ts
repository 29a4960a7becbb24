import { parseArgs } from 'node:util';
import { DELIVERY_NAMES } from './deliveries.js';
import { benchEdge } from './edge.js';
import { benchIngest } from './ingest.js';
import { benchLedger } from './ledger.js';
import { WORKLOADS } from './load-requests.js';
import { benchOpenItems } from './open-items.js';
import { benchProject } from './project.js';

const HELP = `Usage: npm run bench -- <name> [options]

  ingest               the webhook edge, against bare Fastify servers that check the signature, seal, and
                       store by group commit or by one insert a request; measured at the store's count
  edge                 the webhook edge without sockets and store, in one process: to be profiled
  project              the projector with every table, against a one-table fold by hand
  ledger               the books alone, in batches and one by one, spread and on one hot account, against
                       a set-based statement by hand and a function of the database called for each

  open                 clearing, and pages of open payments, with very many payments open

All
  --rounds N           interleaved rounds; medians are shown (default 3)
  --json               the JSON line alone

ingest and edge
  --delivery NAME      ${DELIVERY_NAMES.join(', ')}, or all (default)

ingest
  --kafka              on a Kafka broker instead of PostgreSQL, against one batching producer
  --workload NAME      unique (every delivery another event), duplicates (one event over and over), or
                       both (default). Of all deliveries the first alone is measured as duplicates, with
                       latencies, and beside one insert a request
  --connections N      how many send at once (default 64)
  --seconds N          length of one measurement (default 5); of ledger too
  --rate N             arrivals a second for the latencies (default 60 % of the slowest throughput)
  --profile FOLDER     writes a CPU profile of every server there; the figures then say less

edge
  --requests N         how many deliveries to one measurement (default 30000)

project
  --events N           how many events to fold (default 60000)
  --members N          projectors that share the partitions: 1, 2, 3, 4, 6 or 12 (default 1)

open
  --payments N         how many are open (default 1000000)

Linux only: CPU is read from /proc, of the server and of the store; the sender's is left out. A run of
ingest takes about 6 minutes, with --kafka 5.
`;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
    kafka: { type: 'boolean', default: false },
    workload: { type: 'string', default: 'both' },
    delivery: { type: 'string', default: 'all' },
    connections: { type: 'string', default: '64' },
    seconds: { type: 'string', default: '5' },
    rate: { type: 'string' },
    profile: { type: 'string' },
    requests: { type: 'string', default: '30000' },
    events: { type: 'string', default: '60000' },
    payments: { type: 'string', default: '1000000' },
    members: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
});
const [name] = positionals;
const deliveries = DELIVERY_NAMES.filter((one) => ['all', one].includes(values.delivery));
const workloads = WORKLOADS.filter((one) => ['both', one].includes(values.workload));
if (values.help || name === undefined) {
  process.stdout.write(HELP);
} else if (name === 'ingest' && workloads.length > 0 && deliveries.length > 0) {
  await benchIngest({
    connections: positive(values.connections),
    seconds: positive(values.seconds),
    rounds: positive(values.rounds),
    deliveries,
    workloads,
    ratePerSecond: values.rate === undefined ? null : positive(values.rate),
    isKafka: values.kafka,
    isJson: values.json,
    profileDir: values.profile ?? null,
  });
} else if (name === 'edge' && deliveries.length > 0) {
  await benchEdge({
    deliveries,
    requests: positive(values.requests),
    rounds: positive(values.rounds),
    isJson: values.json,
  });
} else if (name === 'project') {
  await benchProject({
    events: positive(values.events),
    rounds: positive(values.rounds),
    members: positive(values.members),
    isJson: values.json,
  });
} else if (name === 'ledger') {
  await benchLedger({
    seconds: positive(values.seconds),
    rounds: positive(values.rounds),
    isJson: values.json,
  });
} else if (name === 'open') {
  await benchOpenItems({
    payments: positive(values.payments),
    rounds: positive(values.rounds),
    isJson: values.json,
  });
} else {
  const { workload, delivery } = values;
  process.stderr.write(
    `There is no benchmark "${name}" of workload "${workload}" and delivery "${delivery}".\n\n${HELP}`,
  );
  process.exitCode = 2;
}

function positive(text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new RangeError(`"${text}" is not a number above 0.`);
  return number;
}
