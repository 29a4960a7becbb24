import { defineConfig } from 'vitest/config';

/**
 * Three projects by cost: `unit` needs nothing, `postgres` a real PostgreSQL, `kafka` a real broker.
 * The `source` condition makes `#lib/file.js` resolve to the TypeScript source: without it, specs
 * would silently test a stale `dist`.
 */
export default defineConfig({
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    fsModuleCache: false,
    testTimeout: 30_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{apps,libs,test}/**/*.spec.ts'],
          exclude: ['**/*.{int,kafka,e2e}.spec.ts', 'node_modules/**'],
        },
      },
      {
        extends: true,
        test: {
          name: 'postgres',
          include: ['{apps,libs,test}/**/*.{int,e2e}.spec.ts'],
          globalSetup: ['test/harness/postgres.setup.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'kafka',
          include: ['{apps,libs,test}/**/*.kafka.spec.ts'],
          globalSetup: ['test/harness/postgres.setup.ts', 'test/harness/kafka.setup.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
        },
      },
    ],
  },
});
