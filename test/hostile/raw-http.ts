import { connect, type Socket } from 'node:net';

/** Something to write, or a time to wait before the next write. */
export type Part = string | Buffer | { readonly waitMs: number };

export type RawAnswer = {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
};

export type Exchange = {
  /** In the order in which they came; `100 Continue` is not among them. */
  readonly answers: readonly RawAnswer[];
  /** By the server, before the time was over. */
  readonly isClosed: boolean;
};

export type ExchangeOptions = {
  readonly answersMax?: number;
  readonly timeoutMs?: number;
  /** The answers have heads alone, whatever length they state. */
  readonly isBodiless?: boolean;
};

/**
 * Writes bytes to a server as they are and reads whatever comes back, until the server closes, so many
 * answers are there, or the time is over. HTTP clients correct what they send; a hostile sender does not.
 */
export async function exchange(
  port: number,
  parts: readonly Part[],
  { answersMax = 1, timeoutMs = 3_000, isBodiless = false }: ExchangeOptions = {},
): Promise<Exchange> {
  const read = (): RawAnswer[] => answersOf(Buffer.concat(received), isBodiless);
  const socket = connect(port, '127.0.0.1');
  const received: Buffer[] = [];
  const done = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => done.resolve(false), timeoutMs);
  socket.on('data', (chunk: Buffer) => {
    received.push(chunk);
    if (read().length >= answersMax) done.resolve(false);
  });
  socket.on('close', () => done.resolve(true));
  // A reset is a close as well, and what came before it counts.
  socket.on('error', () => done.resolve(true));
  const written = write(socket, parts);
  const isClosed = await done.promise;
  clearTimeout(timer);
  socket.destroy();
  await written;
  return { answers: read(), isClosed };
}

async function write(socket: Socket, parts: readonly Part[]): Promise<void> {
  for (const part of parts) {
    if (socket.destroyed) return;
    if (typeof part === 'string' || Buffer.isBuffer(part)) socket.write(part);
    else await new Promise((resolve) => setTimeout(resolve, part.waitMs));
  }
}

function answersOf(received: Buffer, isBodiless: boolean): RawAnswer[] {
  const answers: RawAnswer[] = [];
  let rest = received.toString('latin1');
  for (;;) {
    const end = rest.indexOf('\r\n\r\n');
    if (end === -1) return answers;
    const [first = '', ...lines] = rest.slice(0, end).split('\r\n');
    const headers = new Map(
      lines.map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
      }),
    );
    const length = isBodiless ? 0 : Number(headers.get('content-length') ?? 0);
    const body = rest.slice(end + 4, end + 4 + length);
    if (body.length < length) return answers;
    const status = Number(first.split(' ')[1]);
    if (status >= 200) answers.push({ status, headers, body });
    rest = rest.slice(end + 4 + length);
  }
}
