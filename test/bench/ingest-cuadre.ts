import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startIngestServer, type IngestServer } from './ingest-server.js';
import type { ArenaOptions } from './ingest-arena.js';
import { accountsOf } from './bench-accounts.js';
import { DELIVERY_NAMES } from './deliveries.js';

/** `apps/ingest` as it is deployed, by its own main file; only the rate limit is out of the way. */
export async function startCuadreIngest(
  env: Readonly<Record<string, string>>,
  { dir, profileDir }: ArenaOptions,
): Promise<IngestServer> {
  const dataDir = join(dir, 'cuadre');
  mkdirSync(dataDir, { recursive: true });
  const accountsFile = join(dataDir, 'accounts.json');
  writeFileSync(accountsFile, JSON.stringify(accountsOf(DELIVERY_NAMES)));
  return startIngestServer({
    name: 'cuadre',
    entry: new URL('../../apps/ingest/main.js', import.meta.url),
    env: { DATA_DIR: dataDir, ACCOUNTS_FILE: accountsFile, ...env },
    dir,
    profileDir,
  });
}
