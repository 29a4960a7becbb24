import { randomBytes } from 'node:crypto';
import { createWriteStream, existsSync, renameSync, statSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { API_SCOPES, type ApiToken, type Config } from '#platform/config.js';
import type { Account } from '#providers/account.js';
import { parseAccounts } from '#providers/parse-accounts.js';
import { newAccountsText } from './default-accounts.js';
import { SetupError } from './setup-error.js';

const LOG_BYTES_MAX = 64 * 1024 * 1024;

/** Makes the data folder; what is in it (keys, tokens, payments) is nobody else's. */
export async function openDataFolder(dataDir: string): Promise<void> {
  try {
    const made = await mkdir(dataDir, { recursive: true, mode: 0o700 });
    if (made !== undefined) await chmod(dataDir, 0o700);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SetupError(`The data folder cannot be made: ${reason}. Set DATA_DIR.`, { cause });
  }
}

/** The log lines of this and earlier runs; a large file is set aside as `cuadre.log.1`. */
export function openLogFile(dataDir: string): { readonly path: string; write(text: string): void } {
  const path = join(dataDir, 'cuadre.log');
  if (existsSync(path) && statSync(path).size > LOG_BYTES_MAX) renameSync(path, `${path}.1`);
  const stream = createWriteStream(path, { flags: 'a', mode: 0o600 });
  return { path, write: (text) => void stream.write(text) };
}

/** The tokens of the environment, else one with every scope that is made once and kept. */
export async function keptApiTokens(config: Config): Promise<readonly ApiToken[]> {
  if (config.apiTokens.length > 0) return config.apiTokens;
  const made = `cuadre_${randomBytes(24).toString('base64url')}`;
  const token = (await keptText(config.apiTokenFile, `${made}\n`)).trim();
  if (token === '') throw new SetupError(`${config.apiTokenFile} is empty. Remove it.`);
  return [{ token, scopes: API_SCOPES }];
}

/** The accounts of the file; the default file is made once, with secrets of its own. */
export async function keptAccounts({
  accounts: { file, isDefault },
  environment,
  sandbox,
}: Pick<Config, 'accounts' | 'environment' | 'sandbox'>): Promise<readonly Account[]> {
  if (!isDefault && !existsSync(file)) {
    throw new SetupError(`The accounts file ${file} does not exist. Set ACCOUNTS_FILE.`);
  }
  const parsed = parseAccounts(await keptText(file, newAccountsText(sandbox.port)), environment);
  if ('accounts' in parsed) return parsed.accounts;
  throw new SetupError(
    `The accounts file ${file} is not valid:\n  ${parsed.problems.join('\n  ')}`,
  );
}

/** Accounts of the sandbox follow its port, wherever it listens this time. */
export function withSandboxApi(
  accounts: readonly Account[],
  sandboxUrl: string,
): readonly Account[] {
  return accounts.map((account) =>
    account.api !== null && SANDBOX_API.exec(account.api.baseUrl)?.[1] === account.provider
      ? { ...account, api: { ...account.api, baseUrl: `${sandboxUrl}/${account.provider}` } }
      : account,
  );
}

const SANDBOX_API = /^http:\/\/127\.0\.0\.1:\d+\/([a-z]+)$/;

/** What the file holds; where there is none yet, it is made with the text given. */
async function keptText(file: string, initial: string): Promise<string> {
  try {
    await writeFile(file, initial, { mode: 0o600, flag: 'wx' });
    return initial;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return readFile(file, 'utf8');
  }
}
