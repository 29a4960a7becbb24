import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Body, Controller, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MemoryEventLog } from '#event-log/memory/memory-event-log.js';
import { openKeyRing } from '#events/file-key-ring.js';
import { HealthRegistry } from '#platform/health.js';
import { createLogger } from '#platform/logger.js';
import { Metrics } from '#platform/metrics.js';
import { parseAccounts } from '#providers/parse-accounts.js';
import { COBRU_BODY, URL_SECRET } from '../../test/harness/webhook-edge.js';
import { IngestModule } from './ingest.module.js';
import { webhookServerOptions } from './webhook-route.js';

@Controller()
class EchoController {
  @Post('v1/echo')
  echo(@Body() body: unknown): unknown {
    return { body };
  }
}

@Module({ controllers: [EchoController] })
class Root {}

describe('the ingest module', () => {
  let keyDir = '';
  let log: MemoryEventLog;
  let health: HealthRegistry;
  let app: NestFastifyApplication;
  let url = '';

  beforeEach(async () => {
    keyDir = mkdtempSync(join(tmpdir(), 'cuadre-ingest-'));
    log = new MemoryEventLog();
    health = new HealthRegistry();
    const accounts = { accounts: [{ provider: 'cobru', secret: URL_SECRET }] };
    const parsed = parseAccounts(JSON.stringify(accounts));
    if ('problems' in parsed) throw new Error(parsed.problems.join());
    const ingest = IngestModule.register({
      accounts: parsed.accounts,
      observations: log,
      keyRing: openKeyRing(join(keyDir, 'keys'), { create: true }),
      database: null,
      config: { http: { host: '127.0.0.1', port: 0, bodyLimitBytes: 1_024 } },
      logger: createLogger({ logging: { level: 'silent', isPretty: false } }),
      metrics: new Metrics(),
      health,
    });
    const adapter = new FastifyAdapter(webhookServerOptions);
    app = await NestFactory.create({ module: Root, imports: [ingest] }, adapter, { logger: false });
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  });

  afterEach(async () => {
    await app.close();
    await log.close();
    rmSync(keyDir, { recursive: true });
  });

  const post = (path: string, body: string): Promise<Response> =>
    fetch(`${url}/${path}`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    });

  it('takes raw webhooks beside routes whose JSON Nest parses', async () => {
    const webhook = await post(`webhooks/cobru?t=${URL_SECRET}`, COBRU_BODY);
    expect(await webhook.json()).toMatchObject({ status: 'accepted' });
    const echo = await post('v1/echo', '{"a":1}');
    expect(await echo.json()).toEqual({ body: { a: 1 } });
    expect((await post('v1/echo', '{')).status).toBe(400);
    expect((await post('webhooks/cobru', '{')).status).toBe(200);
  });

  it('is ready while the log answers', async () => {
    expect((await health.check('readiness')).status).toBe('ok');
    log.endPositions = () => new Promise(() => {});
    expect((await health.check('readiness')).status).toBe('failing');
  });
});
