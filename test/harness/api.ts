import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { MemoryEventLog } from '#event-log/memory/memory-event-log.js';
import type { EventLog } from '#event-log/event-log.js';
import { KeyRing, periodKey, type DigestKey, type PeriodKey } from '#events/sealing.js';
import type { ApiScope } from '#platform/config.js';
import { HealthRegistry } from '#platform/health.js';
import { Metrics } from '#platform/metrics.js';
import { ensureLiveGeneration } from '#projection/generations.js';
import type { Account } from '#providers/account.js';
import { openDatabase, type Database } from '#read-models/database.js';
import { migrate } from '#read-models/migrate.js';
import { createSecretKey } from 'node:crypto';
import { apiServerOptions } from '../../apps/api/api-server-options.js';
import { ApiModule } from '../../apps/api/api.module.js';
import { configureApi } from '../../apps/api/configure-api.js';
import { GrpcServer } from '../../apps/api/grpc/grpc-server.js';
import { createDatabase } from './postgres.js';

/** Tokens that the API under test knows, by what they may do. */
export const TOKENS = {
  read: 'token-that-may-read-only',
  originals: 'token-that-may-open-originals',
  operate: 'token-that-may-operate-only',
} as const;

const SCOPES: Readonly<Record<keyof typeof TOKENS, readonly ApiScope[]>> = {
  read: ['read'],
  originals: ['read', 'originals'],
  operate: ['operate'],
};

const ACCOUNTS: readonly Account[] = (['cobru', 'conomy', 'mintcash', 'tonder'] as const).map(
  (provider) => ({
    id: `${provider}-test`,
    provider,
    environment: 'test',
    sources: [],
    api: null,
  }),
);

export type ApiUnderTest = {
  readonly url: string;
  readonly grpcPort: number;
  readonly database: Database;
  readonly log: EventLog;
  readonly keyRing: SpecKeyRing;
  /** `METHOD /path` of every route that the server has, `HEAD` left out. */
  readonly routes: readonly string[];
  /** Lines of the log, parsed. */
  readonly lines: () => readonly Readonly<Record<string, unknown>>[];
  readonly app: NestFastifyApplication;
  stop(): Promise<void>;
};

/** The whole API on a fresh database, with an empty live generation, on ports of its own. */
export async function startApi({ minPositionWaitMs = 200 } = {}): Promise<ApiUnderTest> {
  const databaseOfSpec = await createDatabase();
  await migrate(databaseOfSpec.url);
  const database = openDatabase({
    url: databaseOfSpec.url,
    poolMax: 5,
    applicationName: 'api-spec',
    onError: () => {},
  });
  const log = new MemoryEventLog({ partitions: 3 });
  await ensureLiveGeneration(database, log);
  const written: string[] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => void written.push(line) });
  const keyRing = new SpecKeyRing();
  const names: readonly (keyof typeof TOKENS)[] = ['read', 'originals', 'operate'];
  const dependencies = {
    database,
    databaseUrl: databaseOfSpec.url,
    observations: log,
    keyRing,
    accounts: ACCOUNTS,
    config: {
      http: { host: '127.0.0.1', port: 0, bodyLimitBytes: 1_024 },
      grpc: { port: 0, isReflectionOn: true },
      apiTokens: names.map((name) => ({ token: TOKENS[name], scopes: SCOPES[name] })),
      minPositionWaitMs,
    },
    logger,
    metrics: new Metrics(),
    health: new HealthRegistry(),
  };
  const adapter = new FastifyAdapter(apiServerOptions);
  const routes = collectRoutes(adapter.getInstance());
  const app = await NestFactory.create<NestFastifyApplication>(
    ApiModule.register(dependencies),
    adapter,
    { logger: false, abortOnError: false },
  );
  configureApi(app, dependencies);
  await app.listen(0, '127.0.0.1');
  return {
    url: (await app.getUrl()).replace('[::1]', '127.0.0.1'),
    grpcPort: app.get(GrpcServer).port,
    database,
    log,
    keyRing,
    routes,
    lines: () => written.map((line) => JSON.parse(line) as Record<string, unknown>),
    app,
    stop: async () => {
      await app.close();
      await log.close();
      await database.end();
      await databaseOfSpec.drop();
    },
  };
}

/** A ring of one period whose key can be destroyed. */
export class SpecKeyRing extends KeyRing {
  override readonly digestKey: DigestKey = {
    id: 'digest-1',
    key: createSecretKey(Buffer.alloc(32, 7)),
  };
  readonly #key = periodKey('period-1', Buffer.alloc(32, 9));
  #isDestroyed = false;

  override current(): PeriodKey {
    return this.#key;
  }

  override find(keyId: string): PeriodKey | null {
    return keyId === this.#key.id && !this.#isDestroyed ? this.#key : null;
  }

  destroy(): void {
    this.#isDestroyed = true;
  }
}

function collectRoutes(server: FastifyInstance): readonly string[] {
  const routes: string[] = [];
  server.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) {
      if (one !== 'HEAD') routes.push(`${one} ${url.replaceAll(/:(\w+)/g, '{$1}')}`);
    }
  });
  return routes;
}
