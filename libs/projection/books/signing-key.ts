import { createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { keyIdOf, parsePublicKey } from './signed-heads.js';

/** The private key: PKCS #8 in PEM, mode 0600. */
const PRIVATE_FILE = 'ledger-signing.key';
const PUBLIC_FILE = /^ledger-ed25519-[0-9a-f]{32}\.pem$/;
const OTHERS_MODE = 0o077;

export type SigningKey = { readonly keyId: string; readonly privateKey: KeyObject };

/** The key cannot be used as it is; a person has to mend it. */
export class SigningKeyUnusable extends Error {
  override readonly name = 'SigningKeyUnusable';
}

/**
 * The Ed25519 key that signs the books' heads, made on first use; beside it lies the public half as
 * `ledger-{key id}.pem`. Once the private file is taken away a new key is made; the public files of
 * earlier ones stay, so what they signed can still be verified.
 *
 * Throws `SigningKeyUnusable` where others may read the file.
 */
export function openSigningKey(dir: string): SigningKey {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const path = join(dir, PRIVATE_FILE);
  if (!existsSync(path)) {
    const { privateKey } = generateKeyPairSync('ed25519');
    makeFile(path, { text: privateKey.export({ type: 'pkcs8', format: 'pem' }), mode: 0o600 });
  }
  if ((statSync(path).mode & OTHERS_MODE) !== 0) {
    throw new SigningKeyUnusable(
      `Key file ${path} is open to others; make it private: chmod 600 ${path}`,
    );
  }
  const privateKey = createPrivateKey(readFileSync(path, 'utf8'));
  if (privateKey.asymmetricKeyType !== 'ed25519') {
    throw new SigningKeyUnusable(`Key file ${path} does not hold an Ed25519 key.`);
  }
  const publicKey = createPublicKey(privateKey);
  const keyId = keyIdOf(publicKey);
  const publicPath = join(dir, `ledger-${keyId}.pem`);
  if (!existsSync(publicPath)) {
    makeFile(publicPath, { text: publicKey.export({ type: 'spki', format: 'pem' }), mode: 0o644 });
  }
  return { keyId, privateKey };
}

/** Every public key in the folder, by id; none where there is no folder. */
export function readPublicKeys(dir: string): ReadonlyMap<string, KeyObject> {
  if (!existsSync(dir)) return new Map();
  const files = readdirSync(dir).filter((file) => PUBLIC_FILE.test(file));
  const keys = files.map((file) => parsePublicKey(readFileSync(join(dir, file), 'utf8')));
  return new Map(keys.map((key) => [keyIdOf(key), key]));
}

/** Whole or not at all, and never over another process's: a link fails where the name is taken. */
function makeFile(
  path: string,
  { text, mode }: { readonly text: string | Buffer; readonly mode: number },
): void {
  const temporary = `${path}.${randomUUID()}.tmp`;
  const file = openSync(temporary, 'wx', mode);
  try {
    writeSync(file, text.toString());
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  try {
    linkSync(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    unlinkSync(temporary);
  }
}
