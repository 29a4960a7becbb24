import { createReadStream, existsSync, statSync } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { headLine, parseHeadLine, type OLDER_HEAD, type SignedHead } from './signed-heads.js';

const LINE_FEED = 0x0a;

/**
 * Appends heads, a JSON line each, and returns when they are on the disk. The file is outside the database
 * on purpose: who can rewrite the books cannot also rewrite what was said of them.
 */
export async function appendHeads(path: string, heads: readonly SignedHead[]): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await open(path, 'a+', 0o600);
  try {
    const { size } = await file.stat();
    const last = Buffer.alloc(1);
    if (size > 0) await file.read(last, 0, 1, size - 1);
    // A line that a power cut tore must not swallow the next one.
    const start = size > 0 && last[0] !== LINE_FEED ? '\n' : '';
    await file.appendFile(start + heads.map((head) => `${headLine(head)}\n`).join(''));
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Files of signed heads as long as they are now: what is signed later is not read. */
export class SignedHeadFiles {
  readonly #files: readonly { readonly path: string; readonly bytes: number }[];

  /** Paths that do not exist hold nothing. */
  constructor(paths: readonly string[]) {
    this.#files = paths
      .filter((path) => existsSync(path))
      .map((path) => ({ path, bytes: statSync(path).size }));
  }

  /** Line by line; null for a line that is no head. */
  async *read(): AsyncGenerator<SignedHead | typeof OLDER_HEAD | null> {
    for (const { path, bytes } of this.#files) {
      if (bytes === 0) continue;
      const stream = createReadStream(path, { end: bytes - 1 });
      for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) {
        if (line !== '') yield parseHeadLine(line);
      }
    }
  }
}
