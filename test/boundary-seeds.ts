/** A file that breaks one rule of .dependency-cruiser.mjs, in a small tree of its own. */
export type BoundarySeed = {
  readonly rule: string;
  readonly file: string;
  readonly source: string;
};

const LIBS = [
  'ledger',
  'events',
  'providers',
  'event-log',
  'read-models',
  'projection',
  'platform',
  'newcomer',
] as const;

/** What the seeds import; each is imported by somebody, so that none is an orphan. */
export const BOUNDARY_TARGETS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(LIBS.map((lib) => [`libs/${lib}/target.ts`, 'export const target = 1;'])),
  'libs/event-log/memory/target.ts': 'export const target = 1;',
  'libs/ledger/target.spec.ts': `import './target.js'; export const target = 1;`,
  'apps/api/target.ts': `import '#events/target.js'; export const target = 1;`,
  'test/harness/target.ts': `import '#events/target.js'; export const target = 1;`,
  'libs/events/zz-circle.ts': `import type { One } from './seed-circle.js'; export type Two = One[];`,
  'apps/api/main.ts': LIBS.map((lib) => `import '#${lib}/target.js';`).join('\n'),
};

/** Allowed neighbours of the seeds: a rule that reports one of these is too wide. */
export const BOUNDARY_ALLOWED: Readonly<Record<string, string>> = {
  'apps/standalone/main.ts': `import '../api/target.js';`,
  'libs/event-log/kafka/main.ts': `import 'kafkajs'; import '#platform/target.js';`,
  'libs/event-log/postgres/main.ts': `import 'pg';`,
  'libs/read-models/main.ts': `import 'typeorm'; import type { Pool } from 'pg'; export type P = Pool;`,
  'libs/platform/main.ts': `import '@opentelemetry/sdk-node'; import '@opentelemetry/api';`,
  'libs/platform/nest-logger.ts': `import '@nestjs/common';`,
  'libs/projection/main.ts': `import '@opentelemetry/api'; import '#ledger/target.js';`,
  'libs/ledger/main.spec.ts': `import 'vitest'; import 'node:fs'; import './target.js';`,
  'libs/events/main.spec.ts': `import '#event-log/memory/target.js';`,
  'libs/events/main.contract.ts': `import 'vitest'; import '../../test/harness/target.js';`,
};

export const BOUNDARY_SEEDS: readonly BoundarySeed[] = [
  seed('lib-ledger', 'libs/ledger/seed-lib.ts', '#events/target.js'),
  seed('lib-events', 'libs/events/seed-lib.ts', '#platform/target.js'),
  seed('lib-providers', 'libs/providers/seed-lib.ts', '#event-log/target.js'),
  seed('lib-event-log', 'libs/event-log/seed-lib.ts', '#ledger/target.js'),
  seed('lib-read-models', 'libs/read-models/seed-lib.ts', '#event-log/target.js'),
  seed('lib-projection', 'libs/projection/seed-lib.ts', '#newcomer/target.js'),
  seed('lib-platform', 'libs/platform/seed-lib.ts', '#events/target.js'),
  {
    rule: 'lib-platform',
    file: 'libs/platform/seed-type.ts',
    source: `import type { target } from '#ledger/target.js'; export type T = typeof target;`,
  },
  seed('ledger-imports-nothing', 'libs/ledger/seed-package.ts', 'zod'),
  seed('ledger-imports-nothing', 'libs/ledger/seed-node.ts', 'node:crypto'),
  seed('ledger-imports-nothing', 'libs/ledger/seed-telemetry.ts', '@opentelemetry/api'),
  seed('no-lib-to-app', 'libs/projection/seed-app.ts', '../../apps/api/target.js'),
  seed('no-app-to-app', 'apps/ingest/seed-app.ts', '../api/target.js'),
  seed('vendor-kafka', 'apps/ingest/seed-kafka.ts', 'kafkajs'),
  seed('vendor-kafka', 'libs/event-log/seed-kafka.ts', 'kafkajs'),
  seed('vendor-postgres', 'apps/api/seed-pg.ts', 'pg'),
  {
    rule: 'vendor-postgres',
    file: 'libs/projection/seed-pg-type.ts',
    source: `import type { Pool } from 'pg'; export type P = Pool;`,
  },
  seed('vendor-postgres', 'libs/event-log/seed-typeorm.ts', 'typeorm'),
  seed('vendor-telemetry-sdk', 'apps/api/seed-sdk.ts', '@opentelemetry/sdk-node'),
  seed(
    'vendor-telemetry-sdk',
    'libs/events/seed-exporter.ts',
    '@opentelemetry/exporter-trace-otlp-proto',
  ),
  seed('vendor-grpc', 'apps/ingest/seed-grpc.ts', '@grpc/grpc-js'),
  seed('vendor-nest', 'libs/projection/seed-nest.ts', '@nestjs/common'),
  seed('vendor-nest', 'libs/platform/seed-validator.ts', 'class-validator'),
  seed('no-test-code-in-production', 'apps/ingest/seed-memory.ts', '#event-log/memory/target.js'),
  seed(
    'no-test-code-in-production',
    'libs/projection/seed-harness.ts',
    '../../test/harness/target.js',
  ),
  seed('no-spec-imported', 'test/seed-spec.ts', '#ledger/target.spec.js'),
  seed('no-development-package-in-production', 'libs/projection/seed-vitest.ts', 'vitest'),
  seed('no-development-package-in-production', 'apps/cli/seed-fast-check.ts', 'fast-check'),
  // Installed, but because some other package needs it.
  seed('no-unlisted-package', 'apps/cli/seed-unlisted.ts', 'yaml'),
  { rule: 'no-orphans', file: 'libs/events/seed-orphan.ts', source: 'export const orphan = 1;' },
  seed('not-to-unresolvable', 'apps/cli/seed-unresolvable.ts', '#events/nowhere.js'),
  {
    rule: 'no-circular',
    file: 'libs/events/seed-circle.ts',
    source: `import type { Two } from './zz-circle.js'; export type One = Two | 1;`,
  },
];

function seed(rule: string, file: string, imported: string): BoundarySeed {
  return { rule, file, source: `import '${imported}';` };
}
