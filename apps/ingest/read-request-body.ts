import type { Readable } from 'node:stream';
import type { OpenBodies } from './open-bodies.js';

export type RequestBody =
  | { readonly bytes: Buffer }
  | { readonly refused: 'too-large' | 'too-slow' | 'too-fragmented' | 'aborted' };

/**
 * After so many pieces they must have this many bytes on average. A piece costs about the same whatever
 * its size, so a body in chunks of one byte would keep the whole process busy; no network makes such.
 */
const PIECES_FREE = 1_024;
const PIECE_BYTES_MIN = 16;

/**
 * Reads a request's bytes as they come, whatever their content type says. Stops listening, without an
 * error, as soon as they are more than `bytesMax`, come in crumbs, or `open` needs their room.
 */
export function readRequestBody(
  request: Readable,
  { bytesMax, open }: { readonly bytesMax: number; readonly open: OpenBodies },
): Promise<RequestBody> {
  if (request.destroyed) return Promise.resolve({ refused: 'aborted' });
  return new Promise((resolve) => {
    const body = open.enter(() => settle({ refused: 'too-slow' }));
    let kept: Buffer = NOTHING;
    let length = 0;
    let pieces = 0;
    const settle = (result: RequestBody): void => {
      open.leave(body);
      request.off('data', onData).off('end', onEnd).off('close', onAborted);
      resolve(result);
    };
    const onData = (chunk: Buffer): void => {
      if (length + chunk.length > bytesMax) {
        settle({ refused: 'too-large' });
        return;
      }
      pieces += 1;
      if (pieces > PIECES_FREE && length < pieces * PIECE_BYTES_MIN) {
        settle({ refused: 'too-fragmented' });
        return;
      }
      kept = length === 0 ? chunk : appended(kept, { length, chunk });
      length += chunk.length;
      open.grow(body, chunk.length);
    };
    const onEnd = (): void => settle({ bytes: kept.subarray(0, length) });
    const onAborted = (): void => settle({ refused: 'aborted' });
    request.on('data', onData).on('end', onEnd).on('close', onAborted);
    // A reset connection says so by an error, and then closes.
    request.on('error', onAborted);
  });
}

const NOTHING = Buffer.alloc(0);

/**
 * Into one buffer that doubles, because a chunk of one byte weighs hundreds as an object of its own: a
 * sender of the smallest chunks would fill the heap with what is no more than a body.
 */
function appended(
  kept: Buffer,
  { length, chunk }: { readonly length: number; readonly chunk: Buffer },
): Buffer {
  const needed = length + chunk.length;
  if (needed <= kept.length) {
    chunk.copy(kept, length);
    return kept;
  }
  const larger = Buffer.allocUnsafe(Math.max(needed, 2 * kept.length));
  kept.copy(larger, 0, 0, length);
  chunk.copy(larger, length);
  return larger;
}
