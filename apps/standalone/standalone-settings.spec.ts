import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '#platform/config.js';
import { keptAccounts, keptApiTokens, openDataFolder, withSandboxApi } from './data-folder.js';
import { parseStandaloneOptions } from './options.js';
import { assertPortsFree } from './ports.js';
import { StartedParts } from './started-parts.js';

let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'cuadre-standalone-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

describe('options of npm start', () => {
  it('replace the settings of the environment', () => {
    expect(
      parseStandaloneOptions(['--no-demo', '--no-lookups', '--port', '1', '--data-dir=/d']),
    ).toEqual({
      isHelp: false,
      isLoggingToStdout: false,
      env: { DEMO: 'off', LOOKUPS: 'off', PORT: '1', DATA_DIR: '/d' },
    });
  });

  it.each([[['--nope']], [['extra']], [['--logs', 'nowhere']], [['--port']]])(
    'refuse %j with a reason',
    (args) => {
      expect(parseStandaloneOptions(args)).toEqual({ refused: expect.stringMatching(/\S/) });
    },
  );
});

describe('the data folder', () => {
  it('keeps one token with every scope, for its owner alone', async () => {
    const [first] = await keptApiTokens(configOf());
    const [again] = await keptApiTokens(configOf());
    expect(first?.token).toMatch(/^cuadre_[A-Za-z0-9_-]{32}$/);
    expect(again).toEqual(first);
    expect(first?.scopes).toEqual(['read', 'operate', 'pay', 'originals']);
    expect((await stat(join(dataDir, 'api-token'))).mode & 0o777).toBe(0o600);
  });

  it('makes no token where the environment has some', async () => {
    const tokens = await keptApiTokens(configOf({ API_TOKENS: `${'t'.repeat(32)}=read` }));
    expect(tokens).toEqual([{ token: 't'.repeat(32), scopes: ['read'] }]);
    await expect(stat(join(dataDir, 'api-token'))).rejects.toThrow('ENOENT');
  });

  it('keeps accounts with secrets of their own, for its owner alone', async () => {
    const accounts = await keptAccounts(configOf());
    expect(await keptAccounts(configOf())).toEqual(accounts);
    expect(
      accounts.map(({ id, environment, sources }) => [id, environment, sources[0]?.name]),
    ).toEqual([
      ['mintcash-test', 'test', 'mintcash'],
      ['cobru-test', 'test', 'cobru'],
      ['conomy-test', 'test', 'conomy'],
      ['tonder-test', 'test', 'tonder'],
    ]);
    const file = join(dataDir, 'accounts.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const secrets = (await readFile(file, 'utf8')).match(/"[A-Za-z0-9_-]{32}"/g) ?? [];
    expect(new Set(secrets).size).toBe(12);
  });

  it('names the port of the sandbox in the accounts that it makes', async () => {
    const accounts = await keptAccounts(configOf({ SANDBOX_PORT: '18090' }));
    expect(accounts.map(({ api }) => api?.baseUrl)).toContain('http://127.0.0.1:18090/cobru');
  });

  it('asks the sandbox at the port that it has now, and nobody else', async () => {
    const [mintcash, cobru] = await keptAccounts(configOf());
    if (mintcash === undefined || cobru === undefined || cobru.api === null)
      throw new Error('No account.');
    const real = { ...cobru, api: { ...cobru.api, baseUrl: 'https://dev.cobru.co' } };
    const moved = withSandboxApi([mintcash, cobru, real], 'http://127.0.0.1:9');
    expect(moved.map(({ api }) => api?.baseUrl)).toEqual([
      'http://127.0.0.1:9/mintcash',
      'http://127.0.0.1:9/cobru',
      'https://dev.cobru.co',
    ]);
  });

  it('is refused with the setting to change where it cannot be made', async () => {
    await writeFile(join(dataDir, 'file'), '');
    await expect(openDataFolder(join(dataDir, 'file', 'inside'))).rejects.toThrow('DATA_DIR');
  });

  it('names the accounts file that is missing or wrong', async () => {
    const file = join(dataDir, 'mine.json');
    await expect(keptAccounts(configOf({ ACCOUNTS_FILE: file }))).rejects.toThrow('ACCOUNTS_FILE');
    await writeFile(file, '{"accounts":[{"provider":"mintcash"}]}');
    await expect(keptAccounts(configOf({ ACCOUNTS_FILE: file }))).rejects.toThrow(/secret/);
  });
});

describe('ports', () => {
  it.each(['PORT', 'GRPC_PORT', 'SANDBOX_PORT'])('a taken %s is named', async (setting) => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const address = holder.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const others = { PORT: '0', GRPC_PORT: '0', SANDBOX_PORT: '0', HOST: '127.0.0.1' };
    const config = configOf({ ...others, [setting]: String(port) });
    await expect(assertPortsFree(config)).rejects.toThrow(new RegExp(`Set ${setting} `));
    await new Promise((resolve) => holder.close(resolve));
    await assertPortsFree(config);
  });
});

describe('a start that fails half-way', () => {
  it('stops what was started, the last first, whatever fails on the way', async () => {
    const stopped: string[] = [];
    const failed: string[] = [];
    const parts = new StartedParts();
    for (const name of ['a', 'b', 'c']) {
      parts.add(name, () => {
        stopped.push(name);
        if (name === 'b') throw new Error('no');
      });
    }
    expect(await parts.stopAll((name) => failed.push(name))).toBe(1);
    parts.add('late', () => void stopped.push('late'));
    expect(stopped).toEqual(['c', 'b', 'a', 'late']);
    expect(failed).toEqual(['b']);
  });
});

function configOf(env: Readonly<Record<string, string>> = {}) {
  return loadConfig({ DATA_DIR: dataDir, ...env });
}
