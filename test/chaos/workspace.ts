import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Account } from '#providers/account.js';
import { parseAccounts } from '#providers/parse-accounts.js';
import { newAccountsText } from '../../apps/standalone/default-accounts.js';
import { AppProcess, serverPort } from './processes.js';

const SANDBOX_READY_MS = 30_000;

/** One run's folder: data of the system under test, the sandbox beside it, logs of every process. */
export type Workspace = {
  readonly dir: string;
  readonly dataDir: string;
  readonly accounts: readonly Account[];
  readonly apiToken: string;
  readonly sandbox: { readonly port: number; readonly url: string; readonly dataDir: string };
  /** Settings that every process of the run shares. */
  readonly env: Readonly<Record<string, string>>;
  /** Removes the folder. */
  remove(): void;
};

/** What every program is given. */
export type ProgramPorts = {
  readonly workspace: Workspace;
  /** One line of progress. */
  readonly print: (text: string) => void;
  /** Aborted when the program is to end before its time. */
  readonly signal: AbortSignal;
};

export async function openWorkspace(name: string): Promise<Workspace> {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), `cuadre-chaos-${name}-`)));
  const dataDir = join(dir, 'data');
  const sandboxDataDir = join(dir, 'sandbox-data');
  for (const folder of [dataDir, sandboxDataDir]) mkdirSync(folder, { mode: 0o700 });
  const sandboxPort = await serverPort();
  const sandboxUrl = `http://127.0.0.1:${sandboxPort}`;
  const accountsFile = join(dataDir, 'accounts.json');
  const text = accountsText(sandboxUrl);
  writeFileSync(accountsFile, text, { mode: 0o600 });
  const parsed = parseAccounts(text, 'test');
  if ('problems' in parsed) throw new Error(parsed.problems.join('\n'));
  const apiToken = `chaos-${randomBytes(12).toString('hex')}`;
  return {
    dir,
    dataDir,
    accounts: parsed.accounts,
    apiToken,
    sandbox: { port: sandboxPort, url: sandboxUrl, dataDir: sandboxDataDir },
    env: {
      HOST: '127.0.0.1',
      DATA_DIR: dataDir,
      ACCOUNTS_FILE: accountsFile,
      KEY_RING_DIR: join(dataDir, 'keys'),
      API_TOKENS: `${apiToken}=read+operate`,
      SANDBOX_PORT: String(sandboxPort),
      SANDBOX: 'off',
      DEMO: 'off',
    },
    remove: () => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** The providers, in a process that outlives everything that is killed. */
export async function startSandboxProcess(
  { dir, env, sandbox }: Workspace,
  { webhooksUrl, signal }: { webhooksUrl: string; signal: AbortSignal },
): Promise<AppProcess> {
  const app = new AppProcess({
    name: 'sandbox',
    app: 'sandbox',
    args: ['--webhooks-url', webhooksUrl],
    // Its own port is another one; PORT only must not be the same.
    env: { ...env, DATA_DIR: sandbox.dataDir, PORT: '0', GRPC_PORT: '0' },
    dir,
  });
  const url = `${sandbox.url}/sandbox/v1/scenarios`;
  await app.untilReady(url, { timeoutMs: SANDBOX_READY_MS, signal });
  return app;
}

/** Budgets that no storm reaches: what is tested is not rates. */
const RATE = {
  verified: { perSecond: 50_000, burst: 100_000 },
  unverified: { perSecond: 50_000, burst: 100_000 },
};
const LOOKUP_RATE = { perSecond: 1_000, burst: 2_000 };

/** The accounts that `npm start` makes, each asking the sandbox of the run. */
function accountsText(sandboxUrl: string): string {
  const made = JSON.parse(newAccountsText(0)) as { readonly accounts: readonly MadeAccount[] };
  const accounts = made.accounts.map(({ api, sources, ...account }) => ({
    ...account,
    sources: sources.map((source) => ({ ...source, rate: RATE })),
    api: { ...api, baseUrl: `${sandboxUrl}/${account.provider}`, lookupRate: LOOKUP_RATE },
  }));
  return JSON.stringify({ accounts });
}

type MadeAccount = {
  readonly provider: string;
  readonly sources: readonly object[];
  readonly api: object;
};
