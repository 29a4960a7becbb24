import type { Readable } from 'node:stream';

export type RequestBody =
  { readonly bytes: Buffer } | { readonly refused: 'too-large' | 'aborted' };

/**
 * Reads a request's bytes as they come, whatever their content type says. Stops listening, without an
 * error, as soon as they are more than `bytesMax`.
 */
export function readRequestBody(request: Readable, bytesMax: number): Promise<RequestBody> {
  if (request.destroyed) return Promise.resolve({ refused: 'aborted' });
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const settle = (body: RequestBody): void => {
      request.off('data', onData).off('end', onEnd).off('close', onAborted);
      resolve(body);
    };
    const onData = (chunk: Buffer): void => {
      length += chunk.length;
      if (length > bytesMax) settle({ refused: 'too-large' });
      else chunks.push(chunk);
    };
    const onEnd = (): void => {
      const [only] = chunks;
      settle({ bytes: chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks) });
    };
    const onAborted = (): void => settle({ refused: 'aborted' });
    request.on('data', onData).on('end', onEnd).on('close', onAborted);
    // A reset connection says so by an error, and then closes.
    request.on('error', onAborted);
  });
}
