import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WebhookAnswer } from './webhook-answer.js';

/** What is still taken of a refused body, so that the sender comes to read its answer. */
const LINGER = { bytesMax: 1_048_576, pieceBytesMin: 1_024, timeMs: 1_000 } as const;

/**
 * The last answer of a connection, to a request whose body is refused while it comes. The body's rest
 * is thrown away for a while before the connection ends: closed at once, it would be reset, and many a
 * sender would never see why.
 */
export function sendLast(
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
  { status, headers, body }: WebhookAnswer,
): void {
  response.writeHead(status, {
    ...headers,
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  });
  response.write(body);
  let left: number = LINGER.bytesMax;
  const end = (): void => {
    clearTimeout(timer);
    request.off('data', onData).off('end', end).off('close', end);
    response.end();
  };
  const onData = (chunk: Buffer): void => {
    // A piece costs about the same whatever its size.
    left -= Math.max(chunk.length, LINGER.pieceBytesMin);
    if (left < 0) end();
  };
  const timer = setTimeout(end, LINGER.timeMs);
  if (request.complete || request.destroyed) {
    end();
    return;
  }
  request.on('data', onData).on('end', end).on('close', end).resume();
}
