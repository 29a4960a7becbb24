import { COBRU_SECRET, genuineBody, signatureOf } from '../hostile-edge.js';
import type { Part } from '../raw-http.js';

/** One hostile exchange and what it may be answered: statuses in order, each of them one of a list. */
export type HostileRequest = {
  readonly name: string;
  readonly parts: readonly Part[];
  readonly answers: readonly (readonly number[])[];
  /** Records that the log must have taken of it. */
  readonly kept?: number;
  /** Its answer has a head alone. */
  readonly isBodiless?: boolean;
};

export const MINT = '/webhooks/mint';
export const COBRU = `/webhooks/cobru?ref=ORD-1&t=${COBRU_SECRET}`;
export const COBRU_BODY = '{"state":3,"amount":"50000.00","url":"3gofdf6f"}';

type Head = {
  readonly path?: string;
  readonly headers?: readonly string[];
  readonly method?: string;
};

export function head({ path = MINT, headers = [], method = 'POST' }: Head = {}): string {
  return [`${method} ${path} HTTP/1.1`, 'host: cuadre.test', ...headers, '', ''].join('\r\n');
}

/** With the length and the signature that belong to the body. */
export function post(body: string | Buffer, { headers = [], ...rest }: Head = {}): readonly Part[] {
  const right = [`content-length: ${Buffer.byteLength(body)}`, `x-signature: ${signatureOf(body)}`];
  return [head({ ...rest, headers: [...right, ...headers] }), body];
}

export function chunked(body: string | Buffer, sizeBytes: number): Buffer {
  const bytes = Buffer.from(body);
  const parts: Buffer[] = [];
  for (let start = 0; start < bytes.length; start += sizeBytes) {
    const part = bytes.subarray(start, start + sizeBytes);
    parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n'));
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')]);
}

export const SMALL = genuineBody('small');
export const LENGTH = `content-length: ${SMALL.length}`;
export const SIGNATURE = `x-signature: ${signatureOf(SMALL)}`;
/** In good order, as one text. */
export const GOOD = `${head({ headers: [LENGTH, SIGNATURE] })}${SMALL}`;
