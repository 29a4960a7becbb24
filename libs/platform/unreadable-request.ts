import type { Duplex } from 'node:stream';
import { problem, PROBLEM_CONTENT_TYPE, PROBLEMS, type ProblemCode } from './problem.js';

/**
 * For a server's `clientError`: what never became a request, or stopped being one on its way (bad
 * HTTP, too many headers, too slow). There is nothing but the socket to answer on, and afterwards it
 * is closed. Where an answer has begun already, a second one would only garble it.
 */
export function answerUnreadable(
  error: Error,
  { socket, requestId }: { readonly socket: Duplex; readonly requestId: string },
): void {
  const code = 'code' in error ? String(error.code) : '';
  if (!socket.writable || GONE.has(code) || hasAnswerBegun(socket)) {
    socket.destroy();
    return;
  }
  endWithProblem(CODES[code] ?? 'malformed-request', { socket, requestId });
}

/** Answers on the bare socket, as nobody else will, and closes it. */
export function endWithProblem(
  code: ProblemCode,
  { socket, requestId }: { readonly socket: Duplex; readonly requestId: string },
): void {
  const body = JSON.stringify(problem(code, { requestId }));
  const head = [
    `HTTP/1.1 ${PROBLEMS[code].status} ${REASONS[code] ?? 'Bad Request'}`,
    `content-type: ${PROBLEM_CONTENT_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}

/** The sender is not there to be told. */
const GONE: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE']);

/** Codes of Node's HTTP server and its parser. */
const CODES: Readonly<Record<string, ProblemCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
  HPE_HEADER_OVERFLOW: 'headers-too-large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'body-too-large',
};

const REASONS: Partial<Readonly<Record<ProblemCode, string>>> = {
  'request-timeout': 'Request Timeout',
  'headers-too-large': 'Request Header Fields Too Large',
  'body-too-large': 'Content Too Large',
  'method-not-allowed': 'Method Not Allowed',
};

/** Node keeps the answer that a socket is at in this member, and has no public way to it. */
function hasAnswerBegun(socket: Duplex): boolean {
  const answer: unknown = Reflect.get(socket, '_httpMessage');
  if (typeof answer !== 'object' || answer === null || !('headersSent' in answer)) return false;
  return answer.headersSent === true;
}
