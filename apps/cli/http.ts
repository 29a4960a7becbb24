import { readFile } from 'node:fs/promises';
import { CommandError, type CommandIo } from './command.js';

const ANSWER_TIMEOUT_MS = 15_000;
/** What is posted may be ten thousand lines. */
const POST_TIMEOUT_MS = 60_000;

export type Service = {
  /** What it is, for messages: `the API`. */
  readonly title: string;
  readonly url: string;
  readonly token: string | null;
  /** How to name another one: `--url or PORT`. */
  readonly setting: string;
};

export type ApiOptions = {
  readonly url?: string | undefined;
  readonly token?: string | undefined;
};

/** The API that the options, else the environment, name; the token of standalone where none is given. */
export async function apiService(options: ApiOptions, io: CommandIo): Promise<Service> {
  const url = options.url ?? `http://127.0.0.1:${io.config().http.port}`;
  const token = options.token ?? io.config().apiTokens[0]?.token ?? (await keptToken(io));
  return { title: 'the API', url, token, setting: '--url or PORT' };
}

export function sandboxService(url: string | undefined, io: CommandIo): Service {
  return {
    title: 'the sandbox',
    url: url ?? `http://127.0.0.1:${io.config().sandbox.port}`,
    token: null,
    setting: '--sandbox-url or SANDBOX_PORT',
  };
}

/** A parsed JSON answer; null for a 404. Everything else that is not 2xx is a failure that says why. */
export async function getJson(service: Service, path: string, io: CommandIo): Promise<unknown> {
  const response = await request(service, { method: 'GET', path }, io);
  if (response.status === 404) return null;
  await assertOk(response, service);
  return readJson(response, service);
}

/** As `getJson`, but a 404 is a failure as well: in the service's words, where it is the service's own. */
export async function getFound(service: Service, path: string, io: CommandIo): Promise<unknown> {
  const response = await request(service, { method: 'GET', path }, io);
  if (response.status !== 404) {
    await assertOk(response, service);
    return readJson(response, service);
  }
  const { code, detail } = readProblem(await response.text());
  if (code === 'not-found') throw new CommandError(detail, { exitCode: 1 });
  throw new CommandError(`${service.url} has no ${path}.`, {
    exitCode: 1,
    hint: `Something else may answer there; name another address with ${service.setting}.`,
  });
}

/** Posts JSON, or nothing, and parses the JSON answer; what is not 2xx is a failure that says why. */
export async function postJson(
  service: Service,
  { path, body }: { readonly path: string; readonly body?: unknown },
  io: CommandIo,
): Promise<unknown> {
  const response = await request(service, { method: 'POST', path, body }, io);
  await assertOk(response, service);
  return readJson(response, service);
}

/** Posts a file and parses the JSON answer; what is not 2xx is a failure that says why. */
export async function postFile(
  service: Service,
  { path, file }: { readonly path: string; readonly file: SentFile },
  io: CommandIo,
): Promise<unknown> {
  const response = await request(service, { method: 'POST', path, file }, io);
  await assertOk(response, service);
  return readJson(response, service);
}

export type SentFile = { readonly contentType: string; readonly text: string };

/** Posts JSON and walks the JSON lines of the answer. */
export async function* postForLines(
  service: Service,
  { path, body }: { path: string; body: unknown },
  io: CommandIo,
): AsyncGenerator<Readonly<Record<string, unknown>>> {
  const response = await request(service, { method: 'POST', path, body, isStream: true }, io);
  await assertOk(response, service);
  let rest = '';
  const decoder = new TextDecoder();
  try {
    for await (const chunk of response.body ?? []) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) yield JSON.parse(line) as Record<string, unknown>;
    }
  } catch (cause) {
    if (io.signal.aborted) throw cause;
    throw new CommandError(`${service.title} went away before it was done.`, {
      exitCode: 3,
      hint: 'Start it again; what was answered with a 2xx is kept.',
      cause,
    });
  }
}

type Sent = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
  readonly file?: SentFile;
  /** The answer may go on for long; only its beginning is waited for. */
  readonly isStream?: boolean;
};

async function request(
  service: Service,
  { method, path, body, file, isStream = false }: Sent,
  io: CommandIo,
): Promise<Response> {
  const { title, url, token, setting } = service;
  const headers: Record<string, string> = { accept: 'application/json, application/x-ndjson' };
  if (token !== null) headers['authorization'] = `Bearer ${token}`;
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (file !== undefined) headers['content-type'] = file.contentType;
  const limit = new AbortController();
  const timer = setTimeout(
    () => limit.abort(new DOMException('No answer.', 'TimeoutError')),
    method === 'GET' ? ANSWER_TIMEOUT_MS : POST_TIMEOUT_MS,
  ).unref();
  try {
    const response = await fetch(new URL(path, url), {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(file === undefined ? {} : { body: file.text }),
      signal: AbortSignal.any([io.signal, limit.signal]),
    });
    if (isStream) clearTimeout(timer);
    return response;
  } catch (cause) {
    if (io.signal.aborted) throw new CommandError('Stopped.', { exitCode: 1, cause });
    if (isTimeout(cause)) throw tooSlow(service, cause);
    throw new CommandError(`Nothing answers at ${url} (${title}).`, {
      exitCode: 3,
      hint: `Start Cuadre with \`npm start\`, or name another address with ${setting}.`,
      cause,
    });
  }
}

async function readJson(response: Response, service: Service): Promise<unknown> {
  try {
    return await response.json();
  } catch (cause) {
    if (isTimeout(cause)) throw tooSlow(service, cause);
    throw cause;
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'TimeoutError';
}

function tooSlow({ title, url }: Service, cause: unknown): CommandError {
  return new CommandError(`${title} at ${url} does not answer in time.`, {
    exitCode: 3,
    hint: 'What was sent may be taken all the same; sent again it changes nothing.',
    cause,
  });
}

async function assertOk(response: Response, { title, token, url }: Service): Promise<void> {
  if (response.ok) return;
  const text = await response.text();
  const problem = readProblem(text);
  if (response.status === 401) {
    throw new CommandError(token === null ? 'No token.' : 'The token is not accepted.', {
      exitCode: 1,
      hint: `Give a token that ${url} knows with --token, or name the data folder of its process with DATA_DIR.`,
    });
  }
  const details = problem.errors.map((one) => `\n  ${one}`).join('');
  throw new CommandError(`${title} answered ${response.status}: ${problem.detail}${details}`, {
    exitCode: response.status === 400 ? 2 : 1,
    ...(problem.requestId === null ? {} : { hint: `Request id: ${problem.requestId}` }),
  });
}

function readProblem(text: string): {
  readonly code: string | null;
  readonly detail: string;
  readonly requestId: string | null;
  readonly errors: readonly string[];
} {
  try {
    const { code, detail, requestId, errors } = JSON.parse(text) as {
      code?: string;
      detail?: string;
      requestId?: string;
      errors?: readonly { pointer: string; detail: string }[];
    };
    return {
      code: code ?? null,
      detail: detail ?? text.slice(0, 200),
      requestId: requestId ?? null,
      errors: (errors ?? [])
        // What the sentence says already is not said again.
        .filter((one) => one.detail !== detail)
        .map((one) => `${one.pointer}: ${one.detail}`),
    };
  } catch {
    // Something else answers there; what it says is the best there is.
    return { code: null, detail: text.slice(0, 200), requestId: null, errors: [] };
  }
}

async function keptToken(io: CommandIo): Promise<string | null> {
  try {
    return (await readFile(io.config().apiTokenFile, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
