import { isSensitive } from '#providers/fact-members.js';
import type { RequestHeaders } from '#providers/verification.js';
import type { SourceEdge } from './source-directory.js';

/**
 * What an observation keeps of a request's headers: the sender's software and its own ids of the
 * delivery. An allow-list of names and of shapes: credentials, cookies, addresses and signatures are not
 * on it, and a text that could be somebody's data does not fit.
 */
export function keepHeaders(headers: RequestHeaders, withheld: Withheld): KeptHeaders {
  for (const name of TRACE_HEADERS) {
    if (headers[name] !== undefined) return readHeaders(headers, withheld);
  }
  // What then is left is the same in most deliveries of a source, and is not read anew each time.
  const userAgent = headers['user-agent'];
  const contentType = headers['content-type'];
  const last = lastRead.get(withheld);
  if (last !== undefined && last.userAgent === userAgent && last.contentType === contentType) {
    return last.read;
  }
  const read = readHeaders(headers, withheld);
  lastRead.set(withheld, { userAgent, contentType, read });
  return read;
}

export type KeptHeaders = {
  readonly kept: Readonly<Record<string, string>>;
  /** Content type of the body, where it looks like one. */
  readonly bodyType: string | null;
  readonly providerTraceIds: readonly string[];
};

type LastRead = {
  readonly userAgent: RequestHeaders[string];
  readonly contentType: RequestHeaders[string];
  readonly read: KeptHeaders;
};

const lastRead = new WeakMap<Withheld, LastRead>();

function readHeaders(
  headers: RequestHeaders,
  { credentialHeaders, secrets }: Withheld,
): KeptHeaders {
  const find = (name: string, shape: RegExp): string | null => {
    const found = credentialHeaders.includes(name) ? null : fitting(headers[name], shape);
    return found !== null && secrets.some((secret) => found.includes(secret)) ? null : found;
  };
  const kept: Record<string, string> = {};
  const userAgent = find('user-agent', PRODUCT);
  if (userAgent !== null) kept['user-agent'] = userAgent;
  const providerTraceIds: string[] = [];
  for (const name of TRACE_HEADERS) {
    const id = find(name, TRACE_ID);
    if (id === null) continue;
    kept[name] = id;
    if (!providerTraceIds.includes(id)) providerTraceIds.push(id);
  }
  return { kept, bodyType: find('content-type', CONTENT_TYPE), providerTraceIds };
}

/** What a source's senders prove themselves by: the names of the headers, and the texts. */
export type Withheld = Pick<SourceEdge, 'credentialHeaders' | 'secrets'>;

/** Headers that senders commonly name a delivery by; the ids that support asks for. */
const TRACE_HEADERS = ['x-request-id', 'x-trace-id', 'x-correlation-id', 'request-id'] as const;

/** A uuid, or letters and digits mixed, after a short prefix at most: `req_01HXX…`. No word is one. */
const TRACE_ID =
  /^(?:[A-Za-z]{1,8}[_-])?(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?=\w*\d)(?=\w*[A-Za-z])[0-9A-Za-z]{8,64})$/i;
/** The first product and its version; comments hold addresses and names. */
const PRODUCT = /^[A-Za-z][\w.-]{0,39}\/\d[\w.-]{0,29}(?= |$)/;
const CONTENT_TYPE = /^[a-z]{1,20}\/[\w.+-]{1,60}(?:; ?charset="?[\w-]{1,20}"?)?$/i;

function fitting(sent: string | readonly string[] | undefined, shape: RegExp): string | null {
  const [found] = (typeof sent === 'string' ? shape.exec(sent) : null) ?? [];
  return found === undefined || isSensitive(found) ? null : found;
}
