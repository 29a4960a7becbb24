import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EventLog } from '#event-log/event-log.js';
import { openEventLogs } from '#event-log/open-event-logs.js';
import { loadConfig } from '#platform/config.js';
import { createLogger } from '#platform/logger.js';
import type { PlannedDelivery } from '../../apps/sandbox/plan/delivery.js';
import { openDatabase, type Database } from '#read-models/database.js';
import { Check } from './check.js';
import { CANARIES } from './storm-canaries.js';
import type { SystemUnderTest } from './verify.js';

/** Personal data is in sealed bytes alone: in no column, no public message, no log and no metric. */
export async function checkLeaks(
  { workspace, databaseUrl, env, apiUrl }: SystemUnderTest,
  sent: readonly PlannedDelivery[],
): Promise<readonly Check[]> {
  const logger = createLogger({ logging: { level: 'silent', isPretty: false } });
  const database = openDatabase({
    url: databaseUrl,
    poolMax: 1,
    applicationName: 'chaos-leaks',
    onError: () => undefined,
    statementTimeoutMs: 0,
  });
  const logs = await openEventLogs({ config: loadConfig({ ...env }), databaseUrl, logger });
  try {
    return [
      checkSent(sent),
      await checkTables(database),
      await checkTopics([logs.paymentEvents, logs.orderStatus]),
      await checkTexts(workspace, apiUrl),
    ];
  } finally {
    await logs.close();
    await database.end();
  }
}

/** Tonder's: the first probe of its dashboard, and a reversal by the bank. */
const ABOUT_NOBODY: readonly string[] = ['probe', 'withdrawal.refund'];

/** What was never sent proves nothing by its absence. */
function checkSent(sent: readonly PlannedDelivery[]): Check {
  const check = new Check('personal data was in the bodies of every event of every provider');
  const isFoundBy = new Map<string, boolean>();
  for (const { provider, event, body, isGenuine } of sent) {
    if (!isGenuine || ABOUT_NOBODY.includes(event)) continue;
    const kind = `${provider} ${event}`;
    isFoundBy.set(kind, isFoundBy.get(kind) === true || hasCanary(body.toString('latin1')));
  }
  for (const [kind, isFound] of isFoundBy) check.record(isFound ? null : kind);
  return check;
}

export async function checkTables(database: Database): Promise<Check> {
  const check = new Check('no personal data in any column of any table');
  for (const { table, columns } of await tables(database)) {
    const texts = columns.map(({ name, type }) =>
      // Bytes that are printable stand for themselves in this form.
      type === 'bytea' ? `encode(${name}, 'escape')` : `${name}::text`,
    );
    const found = columns.map(
      (_column, index) => `count(*) filter (where ${texts[index] ?? ''} ~* $1) as c${index}`,
    );
    const { rows } = await database.query<Record<string, string>>(
      `select count(*) as rows, ${found.join(', ')} from ${table}`,
      [CANARIES.join('|')],
    );
    const counts = rows[0] ?? {};
    for (const [index, { name }] of columns.entries()) {
      const count = Number(counts[`c${index}`] ?? 0);
      if (count > 0) check.record(`${table}.${name}: ${count} of ${counts['rows'] ?? ''} rows`);
      else if (counts['rows'] !== '0') check.record(null);
    }
  }
  return check;
}

type Table = {
  readonly table: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
};

/** Real tables; views only show them again. */
async function tables(database: Database): Promise<readonly Table[]> {
  const { rows } = await database.query<Table>(
    `select format('%I.%I', c.table_schema, c.table_name) as table,
            json_agg(json_build_object('name', quote_ident(c.column_name), 'type', c.data_type)
                     order by c.ordinal_position) as columns
       from information_schema.columns c
       join information_schema.tables t using (table_schema, table_name)
      where t.table_type = 'BASE TABLE'
        and c.table_schema not in ('pg_catalog', 'information_schema')
      group by c.table_schema, c.table_name
      order by 1`,
  );
  return rows;
}

async function checkTopics(topics: readonly EventLog[]): Promise<Check> {
  const check = new Check('no personal data in any public message');
  for (const topic of topics) {
    for (const [partition, end] of (await topic.endPositions()).entries()) {
      for await (const records of topic.read(partition, 0n, end)) {
        for (const { key, value, headers } of records) {
          const parts = [Buffer.from(key), value, ...Object.values(headers)];
          check.record(hasCanary(Buffer.concat(parts).toString('latin1')) ? key : null);
        }
      }
    }
  }
  return check;
}

/** What the processes printed, what the database logged, and what is scraped. */
async function checkTexts(
  { dir, dataDir }: SystemUnderTest['workspace'],
  apiUrl: string,
): Promise<Check> {
  const check = new Check('no personal data in any line of a log, and in no metric');
  for (const file of [...logFiles(dir), ...logFiles(dataDir)]) {
    checkLines(check, { name: file, text: readFileSync(file, 'utf8') });
  }
  const metrics = await fetch(`${apiUrl}/metrics`);
  checkLines(check, { name: 'metrics', text: await metrics.text() });
  return check;
}

function checkLines(check: Check, { name, text }: { name: string; text: string }): void {
  for (const line of text.split('\n')) {
    if (line !== '') check.record(hasCanary(line) ? `${name}: ${line.slice(0, 300)}` : null);
  }
}

function logFiles(dir: string): readonly string[] {
  return readdirSync(dir)
    .filter((name) => name.endsWith('.log'))
    .map((name) => join(dir, name));
}

function hasCanary(text: string): boolean {
  const lower = text.toLowerCase();
  return CANARIES.some((canary) => lower.includes(canary));
}
