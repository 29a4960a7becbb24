import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, type Database } from '#read-models/database.js';
import { startEmbeddedPostgres } from '#read-models/embedded-postgres/embedded-postgres.js';
import { createFoldSchemaSql, pointViewsSql } from '#read-models/fold/fold-schema.js';
import { migrate } from '#read-models/migrate.js';
import { LedgerOpenReader, type OpenKey } from '#read-models/queries/ledger-open-reader.js';
import { printReport, type Figures } from './report.js';

const SCHEMA = 'bench_open';
const ACCOUNT = 'acme';
const PAGE_ROWS = 50;
const FAR_PAGE = 100;
/** Loading takes longer than a reader may wait. */
const LOAD_STATEMENT_TIMEOUT_MS = 0;

/**
 * What is open, read with so many payments open on one clearing account: one in ten has a refund with an id
 * of its own, and one in a hundred is wholly given back, so that its rows net to nothing.
 */
export async function benchOpenItems(options: {
  readonly payments: number;
  readonly rounds: number;
  readonly isJson: boolean;
}): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'cuadre-bench-'));
  const server = await startEmbeddedPostgres({ dataDir });
  const common = {
    url: server.url,
    poolMax: 1,
    applicationName: 'bench',
    onError: () => undefined,
  };
  const loading = openDatabase({ ...common, statementTimeoutMs: LOAD_STATEMENT_TIMEOUT_MS });
  const database = openDatabase(common);
  try {
    await migrate(server.url);
    await load(loading, options.payments);
    const rounds = new Map<string, Figures[]>();
    for (let round = 0; round < options.rounds; round += 1) {
      for (const [name, milliseconds] of Object.entries(await measure(database))) {
        rounds.set(name, [...(rounds.get(name) ?? []), { ms: milliseconds }]);
      }
    }
    printReport(
      {
        bench: 'open',
        method:
          `${options.payments} open payments of one account, a tenth with refunds of their own, ` +
          `${options.rounds} rounds on one connection, pages of ${PAGE_ROWS}`,
        contestants: [...rounds].map(([name, own]) => ({ name, rounds: own })),
      },
      options.isJson,
    );
  } finally {
    await database.end();
    await loading.end();
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function measure(database: Database): Promise<Readonly<Record<string, number>>> {
  const reader = new LedgerOpenReader(database);
  const page = (after: OpenKey | null) =>
    reader.openPayments({ account: ACCOUNT, currency: null }, { after, rowsMax: PAGE_ROWS });
  const figures: Record<string, number> = {};
  figures['clearing of all accounts'] = await timed(() => reader.clearing(null));
  figures['clearing of one account'] = await timed(() => reader.clearing(ACCOUNT));
  let after: OpenKey | null = null;
  for (let n = 1; n <= FAR_PAGE; n += 1) {
    const startedMs = performance.now();
    const rows = await page(after);
    const tookMs = performance.now() - startedMs;
    if (n === 1 || n === FAR_PAGE) figures[`page ${n} of open payments`] = tookMs;
    const last = rows.at(-1);
    if (last === undefined) throw new Error('There are fewer open payments than pages.');
    const { since, paymentId: rootId, currency, exponent } = last;
    after = { since: since.toISOString(), rootId, rest: `${currency} ${exponent}` };
  }
  figures['first page of suspense'] = await timed(() =>
    reader.suspense(null, { after: null, rowsMax: PAGE_ROWS }),
  );
  return figures;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

async function load(database: Database, payments: number): Promise<void> {
  await database.query(createFoldSchemaSql(SCHEMA));
  await database.query(`create schema if not exists cuadre; ${pointViewsSql(SCHEMA)}`);
  const id = (text: string): string => `md5(${text})::uuid`;
  const since = `timestamptz '2024-01-01' + n * interval '60 seconds'`;
  const item = `root_id, ledger_account, currency, exponent, subject_id, line, subject, amount_minor,
    since, reason`;
  const clearing = `'assets:provider:${ACCOUNT}', 'ARS', 2`;
  for (const insert of [
    `open_items (${item}) select ${id(`'p' || n`)}, ${clearing}, ${id(`'p' || n`)}, '',
       '${ACCOUNT}/transaction/p' || n, 10000 + n % 977, ${since}, null
     from generate_series(1, ${payments}) n`,
    `open_items (${item}) select ${id(`'p' || n`)}, ${clearing}, ${id(`'r' || n`)}, '',
       '${ACCOUNT}/transaction/r' || n,
       case when n % 100 = 0 then -(10000 + n % 977) else -500 end, ${since} + interval '1 day', null
     from generate_series(10, ${payments}, 10) n`,
    `open_items (${item}) select ${id(`'p' || n`)}, 'suspense:${ACCOUNT}', 'ARS', 2, ${id(`'p' || n`)},
       'cost', '${ACCOUNT}/transaction/p' || n, 3, ${since}, 'unexplained-cost'
     from generate_series(50, ${payments}, 50) n`,
    `payments (payment_id, kind, account, provider, reference, subject, order_id, status,
       settlement_status, flags, first_recorded_at, recorded_at, version, own_version, last_position, state)
     select ${id(`'p' || n`)}, 'payment', '${ACCOUNT}', 'conomy', 'p' || n, '${ACCOUNT}/transaction/p' || n,
       'ORD-' || n, 'succeeded', 'unsettled', '{}', now(), now(), 1, 1, 1, '{}'
     from generate_series(1, ${payments}) n`,
    `ledger_days select n % 12, 'assets:provider:${ACCOUNT}', 'posted', 'ARS', 2,
       date '2024-01-01' + n / 12, date '2024-01-01' + n / 12, 1000000, 500, 1000
     from generate_series(1, 12 * 700) n`,
    `ledger_days values (0, 'suspense:${ACCOUNT}', 'posted', 'ARS', 2, '2024-01-01', '2024-01-01', 3, 0, 1)`,
  ]) {
    await database.query(`insert into ${SCHEMA}.${insert}`);
  }
  await database.query('vacuum analyze');
}
