import { CommandError, type Command, type CommandIo, type ExitCode } from './command.js';
import { apiService, getJson, type Service } from './http.js';
import { parseOptions, usageError } from './options.js';
import type { Trail } from './trail.js';
import { formatTrail } from './trail-text.js';

const HELP = `Usage: cuadre trace <any id> [options]

Tells everything about an order, a payment, a refund, a withdrawal, a subscription or a customer, from
request to state: deliveries and how they proved themselves, what became of them, changes, lookups,
request ids and the provider's trace ids.

The id may be an order id, our id or the provider's reference of any of these, a client reference, a
slug, an event id, a request id, a provider's trace id or an observation id. Of a settlement or a report
it tells where to look.

  --originals      the exact bytes too (the token needs the scope \`originals\`)
  --url <url>      the API (default http://127.0.0.1:PORT)
  --token <token>  (default: the first of API_TOKENS, else the one in DATA_DIR/api-token)
  --json           the trails as one JSON document on stdout
`;

const OPTIONS = {
  originals: { type: 'boolean' },
  url: { type: 'string' },
  token: { type: 'string' },
} as const;

/** An id that names more than this is told as too vague. */
const TRAILS_MAX = 5;

export const trace: Command = {
  name: 'trace',
  summary: 'tell the whole story of an order, by any id',
  help: HELP,
  run: async (args, io) => {
    const { values, positionals } = parseOptions('trace', args, OPTIONS);
    const [id, extra] = positionals;
    if (id === undefined) throw usageError('trace', 'Which id?');
    if (extra !== undefined) throw usageError('trace', `\`${extra}\` is not expected.`);
    const service = await apiService(values, io);
    const hrefs = await findTrails(service, id, io);
    const query = values.originals === true ? '?originals=true' : '';
    const trails: Trail[] = [];
    for (const href of hrefs.slice(0, TRAILS_MAX)) {
      const trail = await getJson(service, `${href}${query}`, io);
      if (trail !== null) trails.push(trail as Trail);
    }
    return print(trails, { io, isJson: values.json, more: hrefs.length - TRAILS_MAX });
  },
};

type FoundItem = {
  readonly kind: string;
  readonly href: string | null;
  readonly settlementId: string | null;
  readonly trailHref: string | null;
};

async function findTrails(service: Service, id: string, io: CommandIo): Promise<readonly string[]> {
  const found = (await getJson(service, `/v1/lookup?q=${encodeURIComponent(id)}`, io)) as {
    readonly items: readonly FoundItem[];
  } | null;
  const items = found?.items ?? [];
  const hrefs = [...new Set(items.flatMap(({ trailHref }) => trailHref ?? []))];
  if (hrefs.length > 0) return hrefs;
  const [first] = items;
  if (first !== undefined) {
    throw new CommandError(`${id} is a ${first.kind}, which has no trail.`, {
      exitCode: 1,
      ...hintAt(first, service),
    });
  }
  throw new CommandError(`Nothing carries the id ${id}.`, {
    exitCode: 1,
    hint: 'What was refused (401, 400) is not in the log; look for its request id in the log lines.',
  });
}

function hintAt({ settlementId, href }: FoundItem, { url }: Service): { readonly hint?: string } {
  if (settlementId !== null) {
    return { hint: `\`cuadre settlements show ${settlementId}\` tells of it.` };
  }
  return href === null ? {} : { hint: `It is at ${url}${href}.` };
}

function print(
  trails: readonly Trail[],
  { io, isJson, more }: { io: CommandIo; isJson: boolean; more: number },
): ExitCode {
  if (isJson) {
    io.stdout.write(`${JSON.stringify({ trails })}\n`);
  } else {
    io.stdout.write(trails.map((trail) => formatTrail(trail, io.stdout)).join('\n'));
  }
  if (more > 0) io.stderr.write(`${more} more are left out; name a more exact id.\n`);
  return trails.length === 0 ? 1 : 0;
}
