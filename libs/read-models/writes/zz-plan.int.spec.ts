import { appendFileSync } from 'node:fs';
import { it } from 'vitest';
import { openDatabase } from '#read-models/database.js';
import { createFoldSchemaSql, pointViewsSql } from '#read-models/fold/fold-schema.js';
import { migrate } from '#read-models/migrate.js';
import { createDatabase } from '../../../test/harness/postgres.js';
import { LookupLeases } from './lookup-leases.js';
it('plan', { timeout: 120_000 }, async () => {
  const spec = await createDatabase();
  await migrate(spec.url);
  const database = openDatabase({ url: spec.url, poolMax: 1, applicationName: 's', onError: () => {} });
  await database.query(`${createFoldSchemaSql('fold_2_1')};${pointViewsSql('fold_2_1')}`);
  await database.query('set statement_timeout=0');
  await database.query(`insert into fold_2_1.work_queue select 'tonder/transaction/f'||n,'lookup','tonder','tonder',gen_random_uuid(),4,7,false, now()-interval '1 day'+n*interval '1 second' from generate_series(1,100000) n`);
  await database.query(`insert into ops.lookup_attempts (subject, attempts) select 'tonder/transaction/f'||n, 1+n%9 from generate_series(1,20000) n`);
  await database.query(`insert into ops.lookup_attempts (subject, answered_as_of) select 'tonder/transaction/s'||n, 9 from generate_series(1,3000) n`);
  await database.query('analyze');
  await database.query('set statement_timeout=0');
  await database.query("load 'auto_explain'").catch(()=>{});
  await database.query("set plan_cache_mode=auto");
  const leases = new LookupLeases(database);
  for (let i = 0; i < 25; i += 1) {
    const t = performance.now();
    const got = await leases.take('tonder', { limit: 1 + (i % 3), owner: 'x' });
    const ms = performance.now() - t;
    for (const l of got) await leases.failed(l, { reason: 'x', retryAfterMs: null, backoffMsMax: 300000 });
    appendFileSync('/tmp/zz.txt', `${i} ${got.length} ${ms.toFixed(1)}\n`);
  }
  const due = `a.next_attempt_at <= now() and (a.leased_until is null or a.leased_until < now()) and (a.answered_as_of is null or a.answered_as_of < q.due_position)`;
  for (const [w, o] of [['not q.is_known','a.attempts, q.since, q.subject'],['not q.is_known','q.since desc, q.subject'],['not q.is_known and a.attempts > 0','a.next_attempt_at, q.subject'],['q.is_known','a.attempts, q.since, q.subject']] as const) {
    const { rows } = await database.query<Record<string,string>>(`explain analyze select a.subject, a.attempts, q.since from ops.lookup_attempts a join cuadre.work_queue q on q.subject = a.subject and q.task = 'lookup' where q.account = 'tonder' and ${w} and ${due} order by ${o} limit 2 for update of a skip locked`);
    appendFileSync('/tmp/zz.txt', rows.map((r) => Object.values(r)[0]).join('\n') + '\n\n');
  }
  for (const o of ['q.is_known desc, q.since, q.subject','q.since desc']) {
    const { rows } = await database.query<Record<string,string>>(`explain analyze select q.subject from cuadre.work_queue q where q.account = 'tonder' and q.task = 'lookup' and not exists (select from ops.lookup_attempts a where a.subject = q.subject) ${o==='q.since desc'?'and not q.is_known':''} order by ${o} limit 2`);
    appendFileSync('/tmp/zz.txt', rows.map((r) => Object.values(r)[0]).join('\n') + '\n\n');
  }
  await database.end();
  await spec.drop();
});
