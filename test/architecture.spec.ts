import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseAccounts } from '#providers/parse-accounts.js';
import { BOUNDARY_ALLOWED, BOUNDARY_SEEDS, BOUNDARY_TARGETS } from './boundary-seeds.js';

const ROOT = dirname(import.meta.dirname);
const MODULES_MIN = 100;

const Cruise = z.object({
  modules: z.array(z.string()),
  rules: z.array(z.string()),
  violations: z.array(z.object({ rule: z.string(), from: z.string(), to: z.string() })),
});
const NestCli = z.object({
  root: z.string(),
  projects: z.record(z.string(), z.object({ root: z.string(), entryFile: z.string() })),
});
const Lock = z.object({
  packages: z.record(z.string(), z.object({ resolved: z.string().optional() })),
});

describe('boundaries of the source tree', () => {
  const cruise = cruiseOf(ROOT);

  it('are checked on a tree that dependency-cruiser really sees', () => {
    expect(cruise.modules.length).toBeGreaterThan(MODULES_MIN);
  });

  it('are kept everywhere', () => {
    expect(cruise.violations).toEqual([]);
  });

  it('know every lib', () => {
    const libs = foldersIn('libs').map((lib) => `lib-${lib}`);
    expect(cruise.rules.filter((rule) => rule.startsWith('lib-')).sort()).toEqual(libs.sort());
  });
});

describe('a broken boundary', () => {
  let folder: string;
  let seeded: z.infer<typeof Cruise>;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'cuadre-boundaries-'));
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    for (const file of ['package.json', 'tsconfig.json']) {
      copyFileSync(join(ROOT, file), join(folder, file));
    }
    const seeds = BOUNDARY_SEEDS.map(({ file, source }) => [file, source] as const);
    const files = [...Object.entries({ ...BOUNDARY_TARGETS, ...BOUNDARY_ALLOWED }), ...seeds];
    for (const [file, source] of files) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), `${source}\n`);
    }
    seeded = cruiseOf(folder);
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(BOUNDARY_SEEDS)('is reported: $rule in $file', ({ rule, file }) => {
    expect(rulesBrokenBy(file)).toContain(rule);
  });

  it('is reported nowhere but in the seeds', () => {
    const seeds = BOUNDARY_SEEDS.map(({ file }) => file);
    expect(seeded.violations.filter(({ from }) => !seeds.includes(from))).toEqual([]);
  });

  it('is seeded for every rule', () => {
    expect(new Set(BOUNDARY_SEEDS.map(({ rule }) => rule))).toEqual(new Set(seeded.rules));
  });

  function rulesBrokenBy(file: string): readonly string[] {
    return seeded.violations.filter(({ from }) => from === file).map(({ rule }) => rule);
  }
});

describe('the Nest workspace', () => {
  const workspace = NestCli.parse(JSON.parse(textOf('nest-cli.json')));

  it('lists every app and lib, each with an entry file that exists', () => {
    const folders = ['apps', 'libs'].flatMap((top) => foldersIn(top).map((one) => `${top}/${one}`));
    const roots = Object.values(workspace.projects).map((project) => project.root);
    expect(roots.sort()).toEqual(folders.sort());
    const entries = Object.values(workspace.projects).map(
      (project) => `${project.root}/${project.entryFile}.ts`,
    );
    expect(entries.filter((entry) => !existsSync(join(ROOT, entry)))).toEqual([]);
  });
});

describe('the deployment files', () => {
  const compose = textOf('docker-compose.yml');
  const dockerfile = textOf('deploy/Dockerfile');

  it('run only roles that exist', () => {
    const roles = [...`${compose}${dockerfile}`.matchAll(/dist\/apps\/([a-z]+)\/main\.js/g)];
    const names = new Set(roles.map(([, role]) => role ?? ''));
    expect([...names].sort()).toEqual(['api', 'ingest', 'projector', 'reconciler', 'sandbox']);
    const missing = [...names].filter((name) => !existsSync(join(ROOT, 'apps', name, 'main.ts')));
    expect(missing).toEqual([]);
  });

  it('name only files that exist', () => {
    const mounted = [...compose.matchAll(/^\s+- \.\/([^:]+):/gm)].map(([, path]) => path ?? '');
    const built = [...compose.matchAll(/dockerfile: (\S+)/g)].map(([, path]) => path ?? '');
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, paths]) =>
      (paths ?? '').split(' '),
    );
    expect(copied.length).toBeGreaterThan(5);
    expect(built.length + mounted.length).toBeGreaterThan(1);
    const paths = [...mounted, ...built, ...copied];
    expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('give every service an image, with a fixed version where it is not ours', () => {
    const services = sectionOf(compose, 'services')
      .split(/^ {2}(?=[a-z])/m)
      .slice(1);
    expect(services.length).toBeGreaterThan(6);
    const loose = services.filter((service) => !/<<: \*role|image: [^:\s]+:\d/.test(service));
    expect(loose).toEqual([]);
  });
});

describe('the example of an accounts file', () => {
  it('can be read', () => {
    expect(parseAccounts(textOf('deploy/accounts.example.json'))).toMatchObject({
      accounts: [
        { id: 'mintcash-test' },
        { id: 'conomy-test' },
        { id: 'tonder-test' },
        { id: 'cobru-test' },
      ],
    });
  });
});

describe('names and files', () => {
  const sources = ['apps', 'libs', 'test', 'scripts'].flatMap((top) => filesIn(top));

  it('have no barrel', () => {
    expect(sources.filter((file) => /(^|\/)index\.[cm]?[jt]s$/.test(file))).toEqual([]);
  });

  it('have no catch-all name', () => {
    const isCatchAll = (part: string): boolean =>
      /^(utils?|common|shared|base|helpers?|misc)$/.test(part);
    const parts = (file: string): string[] =>
      file.split('/').flatMap((part) => basename(part).split(/[-.]/));
    const kept = sources.filter((file) => !file.startsWith('apps/api/grpc/gen/'));
    expect(kept.filter((file) => parts(file).some((part) => isCatchAll(part)))).toEqual([]);
  });

  it('are kebab-case', () => {
    const code = sources.filter((file) => /\.(ts|mjs)$/.test(file) && !file.includes('/gen/'));
    expect(
      code.filter((file) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)+$/.test(basename(file))),
    ).toEqual([]);
  });

  it('lock packages by content, and by no host but the public registry', () => {
    const { packages } = Lock.parse(JSON.parse(textOf('package-lock.json')));
    const hosts = Object.values(packages).flatMap(({ resolved }) => resolved ?? []);
    expect(Object.keys(packages).length).toBeGreaterThan(100);
    expect(hosts.filter((url) => !url.startsWith('https://registry.npmjs.org/'))).toEqual([]);
  });
});

function cruiseOf(root: string): z.infer<typeof Cruise> {
  const script = join(ROOT, 'scripts', 'boundaries.mjs');
  const run = spawnSync(process.execPath, [script, '--json', '--root', root], { encoding: 'utf8' });
  if (run.stdout === '') throw new Error(`boundaries.mjs failed: ${run.stderr}`);
  return Cruise.parse(JSON.parse(run.stdout));
}

function textOf(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

function foldersIn(top: string): string[] {
  return readdirSync(join(ROOT, top), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
}

function filesIn(top: string): string[] {
  return readdirSync(join(ROOT, top), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1));
}

function sectionOf(yaml: string, key: string): string {
  return yaml.split(/^(?=[a-z-]+:$)/m).find((section) => section.startsWith(`${key}:\n`)) ?? '';
}
