import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Module, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MemoryEventLog } from '#event-log/memory/memory-event-log.js';
import { decodeObservation } from '#events/envelope.js';
import { openKeyRing, type FileKeyRing } from '#events/file-key-ring.js';
import type { Observation } from '#events/observation.js';
import { unseal } from '#events/sealing.js';
import { uuidV7 } from '#events/uuid.js';
import { createLogger } from '#platform/logger.js';
import { Metrics } from '#platform/metrics.js';
import type { Account, Rate } from '#providers/account.js';
import { COBRU_LOOKUP_VERSION } from '#providers/cobru/profile.js';
import type { HttpCall } from '#providers/provider.js';
import { openDatabase, type Database } from '#read-models/database.js';
import { createFoldSchemaSql, pointViewsSql } from '#read-models/fold/fold-schema.js';
import { migrate } from '#read-models/migrate.js';
import { LookupLeases } from '#read-models/writes/lookup-leases.js';
import { createDatabase, type SpecDatabase } from '../../test/harness/postgres.js';
import { ReconcilerModule } from './reconciler.module.js';

@Module({})
class Root {}

let keyDir = '';
let keyRing: FileKeyRing;
let spec: SpecDatabase;
let database: Database;
let log: MemoryEventLog;
let cobru: FakeCobru;
let apps: INestApplicationContext[] = [];

beforeAll(async () => {
  keyDir = mkdtempSync(join(tmpdir(), 'cuadre-reconciler-'));
  keyRing = openKeyRing(join(keyDir, 'keys'), { create: true });
  spec = await createDatabase();
  await migrate(spec.url);
  database = openDatabase({
    url: spec.url,
    poolMax: 10,
    applicationName: 'spec',
    onError: () => {},
  });
  await database.query(`${createFoldSchemaSql('fold_3_1')};${pointViewsSql('fold_3_1')}`);
});

afterAll(async () => {
  await database.end();
  await spec.drop();
  rmSync(keyDir, { recursive: true });
});

beforeEach(async () => {
  await database.query('truncate fold_3_1.work_queue, fold_3_1.deliveries, ops.lookup_attempts');
  log = new MemoryEventLog({ topic: 'observations', partitions: 4 });
  cobru = new FakeCobru();
});

afterEach(async () => {
  await Promise.all(apps.map((app) => app.close()));
  apps = [];
  await log.close();
});

/** Cobru's API as its pages describe it, as far as a lookup needs it. */
class FakeCobru {
  readonly asked: string[] = [];
  /** State of each payment; what is missing is a 404. */
  readonly states = new Map<string, number>();
  status: number | null = null;
  answerAfterMs = 0;

  readonly call: HttpCall = async ({ url }) => {
    const json = (status: number, body: object) => ({
      status,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(body)),
    });
    if (url.endsWith('/token/refresh/')) return json(200, { access: 'access-token' });
    const reference = decodeURIComponent(url.slice(url.lastIndexOf('/') + 1));
    this.asked.push(reference);
    await sleep(this.answerAfterMs);
    if (this.status !== null) return json(this.status, { error: 'down' });
    const state = this.states.get(reference);
    if (state === undefined) return json(404, { detail: 'Not found.' });
    const payer = { payer_name: 'Maria Canaria', payer_email: 'maria@example.com' };
    return json(200, { url: reference, state, amount: 50_000, payed_amount: 47_605, ...payer });
  };
}

async function startReconciler(
  lookupRate: Rate = { perSecond: 1_000, burst: 1_000 },
  isLookupsOn = true,
): Promise<void> {
  const account: Account = {
    id: 'cobru-co',
    provider: 'cobru',
    environment: 'test',
    sources: [],
    api: {
      baseUrl: 'http://cobru.invalid',
      credentials: { apiKey: 'key', refreshToken: 'refresh' },
      lookupRate,
    },
  };
  const module = ReconcilerModule.register({
    accounts: [account],
    database,
    observations: log,
    keyRing,
    config: { isLookupsOn },
    logger: createLogger({ logging: { level: 'silent', isPretty: false } }),
    metrics: new Metrics(),
    http: cobru.call,
  });
  const root = { module: Root, imports: [module] };
  apps.push(await NestFactory.createApplicationContext(root, { logger: false }));
}

async function claim(
  reference: string,
  row: { readonly position?: number; readonly isKnown?: boolean; readonly since?: string } = {},
): Promise<void> {
  const { position = 4, isKnown = true, since = '2026-11-22T10:00:00Z' } = row;
  await database.query(
    `insert into fold_3_1.work_queue values
       ($1, 'lookup', 'cobru-co', 'cobru', $2, $3, $4, $5, $6)
     on conflict (subject, task) do update
       set due_position = excluded.due_position, last_position = excluded.last_position`,
    [subjectOf(reference), uuidV7(), position, position + 3, isKnown, since],
  );
}

function subjectOf(reference: string): string {
  return `cobru-co/payment/${reference}`;
}

async function observations(): Promise<Observation[]> {
  const found: Observation[] = [];
  for (const [partition, end] of (await log.endPositions()).entries()) {
    for await (const batch of log.read(partition, 0n, end)) {
      found.push(...batch.map((record) => decodeObservation(record)));
    }
  }
  return found;
}

async function attemptsOf(reference: string): Promise<Record<string, unknown>> {
  const { rows } = await database.query<Record<string, unknown>>(
    `select attempts, last_error, answered_as_of, leased_until,
            extract(epoch from next_attempt_at - updated_at) as pause_seconds
     from ops.lookup_attempts where subject = $1`,
    [subjectOf(reference)],
  );
  return rows[0] ?? {};
}

describe('the reconciler', () => {
  it('puts the answer on the log, as of what was folded when it asked', async () => {
    cobru.states.set('3gofdf6f', 3);
    await claim('3gofdf6f', { position: 4 });
    await startReconciler();
    await expect.poll(observations).toHaveLength(1);
    const [observation] = await observations();
    if (observation === undefined) throw new Error('Nothing was appended.');
    expect(observation).toMatchObject({
      kind: 'lookup',
      route: 'lookup',
      subject: 'cobru-co/payment/3gofdf6f',
      schema: { provider: 'cobru', shape: 'lookup', version: COBRU_LOOKUP_VERSION },
      verification: { mode: 'api', keyId: null, verdict: 'verified' },
      lookup: { asOf: 7n, askedAtMs: expect.any(Number) },
    });
    const value = observation.value.toString();
    expect(JSON.parse(value)).toMatchObject({ body: { state: 3 }, query: { status: 200 } });
    expect(value).not.toContain('aria');
    const context = {
      id: observation.id,
      source: '/cobru-co/lookup',
      subject: observation.subject,
    };
    const opened = unseal(observation.sealed ?? Buffer.alloc(0), context, keyRing);
    expect('bytes' in opened && opened.bytes.toString()).toContain('Maria Canaria');
  });

  it('takes "there is no such payment" for an answer', async () => {
    await claim('unknown1');
    await startReconciler();
    await expect.poll(observations).toHaveLength(1);
    const [observation] = await observations();
    expect(JSON.parse(String(observation?.value))).toEqual({ body: null, query: { status: 404 } });
    await expect.poll(() => attemptsOf('unknown1')).toMatchObject({ answered_as_of: '7' });
  });

  it('asks once for one claim, however many processes look for work', async () => {
    cobru.answerAfterMs = 20;
    const references = Array.from({ length: 60 }, (_, n) => `slug-${n}`);
    for (const reference of references) {
      cobru.states.set(reference, 1);
      await claim(reference);
    }
    await Promise.all([startReconciler(), startReconciler(), startReconciler()]);
    await expect.poll(observations, { timeout: 20_000 }).toHaveLength(60);
    // Nothing folds here, so the queue still names them all.
    await sleep(1_200);
    expect(cobru.asked.toSorted()).toEqual(references.toSorted());
    expect(await observations()).toHaveLength(60);
  });

  it('asks again at once when a newer claim lies past the answer', async () => {
    cobru.states.set('slug', 1);
    await claim('slug', { position: 4 });
    await startReconciler();
    await expect.poll(() => attemptsOf('slug')).toMatchObject({ answered_as_of: '7' });
    await claim('slug', { position: 6 });
    await sleep(700);
    expect(cobru.asked).toHaveLength(1);
    await claim('slug', { position: 9 });
    await expect.poll(() => cobru.asked.length, { timeout: 2_000 }).toBe(2);
    await expect.poll(() => attemptsOf('slug')).toMatchObject({ answered_as_of: '12' });
  });

  it('backs off from a provider that is down, and confirms once it is back', async () => {
    cobru.status = 503;
    cobru.states.set('slug', 3);
    await claim('slug');
    await startReconciler();
    await expect.poll(() => attemptsOf('slug'), { timeout: 5_000 }).toMatchObject({ attempts: 2 });
    expect(cobru.asked.length).toBeLessThanOrEqual(3);
    expect(await attemptsOf('slug')).toMatchObject({
      last_error: expect.stringContaining('ProviderUnavailable'),
    });
    expect(await observations()).toEqual([]);
    cobru.status = null;
    await expect.poll(observations, { timeout: 10_000 }).toHaveLength(1);
    await expect.poll(() => attemptsOf('slug')).toMatchObject({ attempts: 0, last_error: null });
  });

  it('asks again when the log did not take the answer', async () => {
    cobru.states.set('slug', 3);
    await claim('slug');
    const append = log.append.bind(log);
    let refusals = 1;
    log.append = (records) =>
      (refusals -= 1) >= 0 ? Promise.reject(new Error('Stuck.')) : append(records);
    await startReconciler();
    await expect.poll(observations, { timeout: 5_000 }).toHaveLength(1);
    expect(cobru.asked).toHaveLength(2);
  });

  it('stays within the budget of the account', async () => {
    for (let n = 0; n < 30; n += 1) await claim(`slug-${n}`);
    await startReconciler({ perSecond: 4, burst: 3 });
    await sleep(1_500);
    expect(cobru.asked.length).toBeGreaterThanOrEqual(3);
    expect(cobru.asked.length).toBeLessThanOrEqual(3 + 4 * 1.5 + 3);
  });

  it('asks first for what belongs to an order, then for what waits longest', async () => {
    await claim('stray-old', { isKnown: false, since: '2026-11-20T10:00:00Z' });
    await claim('known-new', { since: '2026-11-22T10:00:00Z' });
    await claim('known-old', { since: '2026-11-21T10:00:00Z' });
    await startReconciler({ perSecond: 20, burst: 1 });
    await expect.poll(() => cobru.asked.length, { timeout: 5_000 }).toBe(3);
    expect(cobru.asked).toEqual(['known-old', 'known-new', 'stray-old']);
  });

  it('takes over the lease of a process that died', async () => {
    const mortal = new LookupLeases(database, 300);
    await claim('slug');
    expect(await mortal.take('cobru-co', { limit: 5, owner: 'dead' })).toHaveLength(1);
    await startReconciler();
    await sleep(150);
    expect(cobru.asked).toEqual([]);
    await expect.poll(() => cobru.asked, { timeout: 5_000 }).toEqual(['slug']);
  });

  it('asks nothing while lookups are switched off', async () => {
    await claim('slug');
    await startReconciler({ perSecond: 100, burst: 100 }, false);
    await sleep(600);
    expect(cobru.asked).toEqual([]);
  });

  it('doubles its pause, within bounds, and does what the provider asks', async () => {
    const leases = new LookupLeases(database);
    const lease = {
      subject: subjectOf('slug'),
      account: 'cobru-co',
      provider: 'cobru',
      asOf: 7n,
      attempts: 0,
      claimTraceparent: null,
      owner: 'me',
    };
    const pauses: number[] = [];
    await database.query(
      `insert into ops.lookup_attempts (subject, account, since, lease_owner)
       values ($1, 'cobru-co', now(), 'me')`,
      [lease.subject],
    );
    const attempt = { reason: 'x', retryAfterMs: null, backoffMsMax: 300_000 };
    for (let n = 0; n < 12; n += 1) {
      await leases.failed(lease, attempt);
      pauses.push(Number((await attemptsOf('slug'))['pause_seconds']));
    }
    for (const [n, pause] of pauses.entries()) {
      const full = Math.min(300, 2 ** n);
      expect(pause).toBeGreaterThanOrEqual(full / 2 - 0.001);
      expect(pause).toBeLessThanOrEqual(full + 0.001);
    }
    await leases.failed(lease, { ...attempt, retryAfterMs: 900_000 });
    expect(Number((await attemptsOf('slug'))['pause_seconds'])).toBeCloseTo(900, 0);
  });
});
