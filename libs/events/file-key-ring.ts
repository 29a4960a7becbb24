import { createSecretKey, randomBytes, randomUUID } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeSync,
  type Stats,
} from 'node:fs';
import { join } from 'node:path';
import { KeyRing, periodKey, type DigestKey, type PeriodKey } from './sealing.js';

const SECRET_BYTES = 32;
const DIGEST_KEY_ID = 'digest-1';
const PERIOD_KEY_FILE = /^period-\d{4}-\d{2}\.key$/;
/** How long a key may still be used here after its file was destroyed. */
const RECHECK_MS = 2_000;
const OTHERS_MODE = 0o077;

export type KeyRingOptions = {
  /** Makes the folder, the digest key and the keys of new months; without it the ring only reads. */
  readonly create: boolean;
};

/**
 * Keys as files: `period-2026-11.key` for every UTC month and `digest-1.key`, each 32 random bytes in
 * base64, mode 0600, in a folder of mode 0700 that is not in the database's backups.
 *
 * Retention is deleting the file of a past month: within seconds every process finds that month's
 * bodies sealed for ever. The running month's file is not to be deleted, since its id would be reused.
 */
export function openKeyRing(dir: string, options: KeyRingOptions): FileKeyRing {
  if (options.create) mkdirSync(dir, { recursive: true, mode: 0o700 });
  const stats = statOrNull(dir);
  if (stats?.isDirectory() !== true) {
    throw new KeyRingUnusable(`Key ring folder ${dir} does not exist.`);
  }
  if ((stats.mode & OTHERS_MODE) !== 0) {
    throw new KeyRingUnusable(
      `Key ring folder ${dir} is open to others; make it private: chmod 700 ${dir}`,
    );
  }
  if (options.create) makeDigestKey(dir);
  return new FileKeyRing(dir, options);
}

/** The ring's folder or one of its files cannot be used as it is; a person has to mend it. */
export class KeyRingUnusable extends Error {
  override readonly name = 'KeyRingUnusable';
}

type CachedKey = {
  readonly key: PeriodKey;
  readonly version: string;
  readonly checkedAtMs: number;
};

export class FileKeyRing extends KeyRing {
  private readonly periods = new Map<string, CachedKey>();
  private currentMonth: { readonly id: string; readonly startMs: number; readonly endMs: number };
  private digest: DigestKey | null = null;

  constructor(
    private readonly dir: string,
    private readonly options: KeyRingOptions,
  ) {
    super();
    this.currentMonth = { id: '', startMs: 0, endMs: 0 };
  }

  override current(nowMs: number): PeriodKey {
    const id = this.monthId(nowMs);
    const found = this.find(id);
    if (found !== null) return found;
    if (!this.options.create) {
      throw new KeyRingUnusable(`Key ring ${this.dir} has no key for ${id}.`);
    }
    makeKeyFile(this.dir, id);
    const made = this.find(id);
    if (made === null)
      throw new KeyRingUnusable(`Key ${id} vanished from ${this.dir} as it was made.`);
    return made;
  }

  override find(keyId: string): PeriodKey | null {
    const nowMs = Date.now();
    const cached = this.periods.get(keyId);
    if (cached !== undefined && nowMs - cached.checkedAtMs < RECHECK_MS) return cached.key;
    // The id comes out of a record: it must not lead to any other file.
    if (!PERIOD_KEY_FILE.test(`${keyId}.key`)) return null;
    const path = keyPath(this.dir, keyId);
    const stats = statOrNull(path);
    if (stats === null) {
      this.periods.delete(keyId);
      return null;
    }
    const version = `${stats.ino}-${stats.ctimeMs}`;
    const key =
      cached?.version === version ? cached.key : periodKey(keyId, readSecret(path, stats));
    this.periods.set(keyId, { key, version, checkedAtMs: nowMs });
    return key;
  }

  override get digestKey(): DigestKey {
    this.digest ??= readDigestKey(this.dir);
    return this.digest;
  }

  private monthId(nowMs: number): string {
    const { startMs, endMs } = this.currentMonth;
    if (nowMs < startMs || nowMs >= endMs) {
      const now = new Date(nowMs);
      this.currentMonth = {
        id: `period-${now.toISOString().slice(0, 7)}`,
        startMs: Date.UTC(now.getUTCFullYear(), now.getUTCMonth()),
        endMs: Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1),
      };
    }
    return this.currentMonth.id;
  }
}

function makeDigestKey(dir: string): void {
  const files = readdirSync(dir);
  if (files.includes(`${DIGEST_KEY_ID}.key`)) return;
  if (files.some((file) => PERIOD_KEY_FILE.test(file))) {
    throw new KeyRingUnusable(
      `Key ring ${dir} has lost ${DIGEST_KEY_ID}.key: restore it, or body digests no longer compare.`,
    );
  }
  makeKeyFile(dir, DIGEST_KEY_ID);
}

function readDigestKey(dir: string): DigestKey {
  const path = keyPath(dir, DIGEST_KEY_ID);
  const stats = statOrNull(path);
  if (stats === null) throw new KeyRingUnusable(`Key file ${path} does not exist.`);
  return { id: DIGEST_KEY_ID, key: createSecretKey(readSecret(path, stats)) };
}

/** Whole or not at all, and never over another process's: a link fails where the name is taken. */
function makeKeyFile(dir: string, id: string): void {
  const temporary = join(dir, `.${id}.${randomUUID()}.tmp`);
  const file = openSync(temporary, 'wx', 0o600);
  try {
    writeSync(file, `${randomBytes(SECRET_BYTES).toString('base64')}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  try {
    linkSync(temporary, keyPath(dir, id));
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    unlinkSync(temporary);
  }
  // A key that a power cut takes back would take the bodies sealed under it with it.
  const folder = openSync(dir, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function readSecret(path: string, stats: Stats): Buffer {
  if ((stats.mode & OTHERS_MODE) !== 0) {
    throw new KeyRingUnusable(
      `Key file ${path} is open to others; make it private: chmod 600 ${path}`,
    );
  }
  const secret = Buffer.from(readFileSync(path, 'ascii').trim(), 'base64');
  if (secret.length !== SECRET_BYTES) {
    throw new KeyRingUnusable(`Key file ${path} does not hold ${SECRET_BYTES} bytes in base64.`);
  }
  return secret;
}

function keyPath(dir: string, id: string): string {
  return join(dir, `${id}.key`);
}

function statOrNull(path: string): Stats | null {
  return statSync(path, { throwIfNoEntry: false }) ?? null;
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
