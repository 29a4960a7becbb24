/**
 * Who may import whom: section "Processes and libraries" of ARCHITECTURE.md as rules. All are errors
 * and anchored at the root; `test/architecture.spec.ts` proves that each of them can fail.
 */

/** Libs of ours that a lib may import, beside itself. */
const ALLOWED_LIBS = {
  ledger: [],
  events: ['ledger'],
  providers: ['ledger', 'events', 'platform'],
  'event-log': ['events', 'platform'],
  'read-models': ['ledger', 'events', 'platform'],
  projection: ['ledger', 'events', 'providers', 'event-log', 'read-models', 'platform'],
  platform: [],
};

/** Code that runs in tests only. */
const TEST_CODE = String.raw`\.(spec|contract)\.ts$|^test/|^libs/event-log/memory/|^vitest\.config\.ts$`;

const libRules = Object.entries(ALLOWED_LIBS).map(([lib, allowed]) => ({
  name: `lib-${lib}`,
  comment: `libs/${lib} may import ${allowed.join(', ') || 'no other lib'}.`,
  severity: 'error',
  from: { path: `^libs/${lib}/`, pathNot: String.raw`\.(spec|contract)\.ts$` },
  to: { path: '^libs/', pathNot: `^libs/(${[lib, ...allowed].join('|')})/` },
}));

/** A vendor lives where its home says, and nowhere else in what is shipped. */
function vendorRule(name, packages, home) {
  return {
    name: `vendor-${name}`,
    comment: `${packages} may be imported below ${home} only.`,
    severity: 'error',
    from: { path: '^(apps|libs)/', pathNot: String.raw`${home}|\.(spec|contract)\.ts$` },
    to: { path: `(^|/)node_modules/(@types/)?(${packages})/` },
  };
}

export default {
  forbidden: [
    ...libRules,
    {
      name: 'ledger-imports-nothing',
      comment: 'The domain is pure functions: no package, no node module.',
      severity: 'error',
      from: { path: '^libs/ledger/', pathNot: String.raw`\.spec\.ts$` },
      to: { pathNot: '^libs/ledger/' },
    },
    {
      name: 'no-lib-to-app',
      comment: 'A lib knows no app.',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^apps/' },
    },
    {
      name: 'no-app-to-app',
      comment: 'Apps share libs, not code of their own; standalone alone composes the others.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/', pathNot: '^apps/standalone/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    vendorRule('kafka', 'kafkajs', '^libs/event-log/kafka/'),
    vendorRule('postgres', 'pg|typeorm', '^libs/(read-models|event-log/postgres)/'),
    vendorRule('telemetry-sdk', '@opentelemetry/(?!api/)[^/]+', '^libs/platform/'),
    vendorRule('grpc', '@grpc/[^/]+|@bufbuild/[^/]+|grpc-health-check', '^apps/(api|cli)/'),
    vendorRule(
      'nest',
      '@nestjs/[^/]+|class-validator|class-transformer',
      String.raw`^apps/|^libs/platform/nest-logger\.ts$`,
    ),
    {
      name: 'no-test-code-in-production',
      comment: 'Specs, contracts, harnesses and the in-memory log are for tests.',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: TEST_CODE },
      to: { path: TEST_CODE },
    },
    {
      name: 'no-spec-imported',
      comment: 'What several specs need has a file of its own.',
      severity: 'error',
      from: {},
      to: { path: String.raw`\.spec\.ts$` },
    },
    {
      name: 'no-development-package-in-production',
      comment: 'It is not installed where the image runs.',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: TEST_CODE },
      to: {
        path: '(^|/)node_modules/',
        pathNot: '(^|/)node_modules/@types/',
        dependencyTypes: ['npm-dev'],
      },
    },
    {
      name: 'no-unlisted-package',
      comment: 'Only what package.json lists is sure to be there.',
      severity: 'error',
      from: { path: '^(apps|libs|test)/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-circular',
      comment:
        'Modules that need each other are one concept. Entities refer to each other by nature.',
      severity: 'error',
      from: { pathNot: String.raw`\.entity\.ts$` },
      to: { circular: true, viaOnly: { pathNot: String.raw`\.entity\.ts$` } },
    },
    {
      name: 'no-orphans',
      comment: 'Nothing imports it and it imports nothing: dead.',
      severity: 'error',
      from: { orphan: true, pathNot: String.raw`(^|/)main\.ts$|\.d\.ts$|\.config\.ts$` },
      to: {},
    },
    {
      name: 'not-to-unresolvable',
      comment: 'An import that leads nowhere escapes every other rule.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: '(^|/)node_modules/' },
    exclude: { path: '^test/fixtures-boundaries/|^dist/' },
    // Without these `#lib/file.js` leads to dist or nowhere, and no rule on libs/ can match.
    enhancedResolveOptions: {
      conditionNames: ['source', 'import', 'node', 'default', 'types'],
      exportsFields: ['exports'],
    },
  },
};
