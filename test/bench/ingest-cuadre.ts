import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startIngestServer, type IngestServer } from './ingest-server.js';
import type { ArenaOptions } from './ingest-arena.js';
import { SIGNING_SECRET, SOURCE } from './load-requests.js';

/** More than any sender here can send: a refusal would spoil the run. */
const RATE = { perSecond: 1_000_000, burst: 1_000_000 };

/** `apps/ingest` as it is deployed, by its own main file; only the rate limit is out of the way. */
export async function startCuadreIngest(
  env: Readonly<Record<string, string>>,
  { dir, profileDir }: ArenaOptions,
): Promise<IngestServer> {
  const dataDir = join(dir, 'cuadre');
  mkdirSync(dataDir, { recursive: true });
  const accountsFile = join(dataDir, 'accounts.json');
  const source = {
    name: SOURCE,
    verification: { mode: 'hmac', secrets: [{ id: 's1', value: SIGNING_SECRET }] },
    rate: { verified: RATE, unverified: RATE },
  };
  writeFileSync(
    accountsFile,
    JSON.stringify({ accounts: [{ provider: 'mintcash', sources: [source] }] }),
  );
  return startIngestServer({
    name: 'cuadre',
    entry: new URL('../../apps/ingest/main.js', import.meta.url),
    env: { DATA_DIR: dataDir, ACCOUNTS_FILE: accountsFile, ...env },
    dir,
    profileDir,
  });
}
