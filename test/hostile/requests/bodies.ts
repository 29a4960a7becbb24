import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { EDGE_BODY_LIMIT_BYTES, genuineBody, signatureOf } from '../hostile-edge.js';
import type { Part } from '../raw-http.js';
import {
  chunked,
  COBRU,
  COBRU_BODY,
  head,
  post,
  SIGNATURE,
  SMALL,
  type HostileRequest,
} from './request-text.js';

const BOMB = Buffer.alloc(20 * 1_048_576, 0x20);
const AT_LIMIT = sized(EDGE_BODY_LIMIT_BYTES);
const OVER_LIMIT = sized(EDGE_BODY_LIMIT_BYTES + 1);

export const SIZES: readonly HostileRequest[] = [
  { name: 'a body at the limit', parts: post(AT_LIMIT), answers: [[200]], kept: 1 },
  { name: 'a body of one byte more', parts: post(OVER_LIMIT), answers: [[413]] },
  {
    name: 'a body at the limit in chunks',
    parts: postChunked(AT_LIMIT),
    answers: [[200]],
    kept: 1,
  },
  { name: 'a body of one byte more in chunks', parts: postChunked(OVER_LIMIT), answers: [[413]] },
  {
    name: 'a body in chunks of one byte',
    parts: postChunked(AT_LIMIT, 1),
    answers: [[400]],
    kept: 0,
  },
  {
    name: 'a body in chunks of 20 bytes',
    parts: postChunked(AT_LIMIT, 20),
    answers: [[200]],
    kept: 1,
  },
  {
    name: 'a body of 20 MiB, announced',
    parts: post(BOMB),
    answers: [[413]],
  },
  {
    name: 'a body of 20 MiB in chunks, from nobody',
    parts: [head({ headers: ['transfer-encoding: chunked'] }), chunked(BOMB, 65_536)],
    answers: [[401]],
  },
  {
    name: 'a length of 100 digits',
    parts: [head({ headers: [`content-length: ${'9'.repeat(100)}`] }), 'x'],
    answers: [[400]],
  },
  {
    name: 'a length that is below zero',
    parts: [head({ headers: ['content-length: -1'] }), 'x'],
    answers: [[400]],
  },
  {
    name: 'a length that is announced and never sent',
    parts: [head({ headers: [`content-length: 99999999`, SIGNATURE] })],
    answers: [[413]],
  },
];

export const ENCODINGS: readonly HostileRequest[] = [
  ...[
    ['gzip', gzipSync(BOMB)] as const,
    ['deflate', deflateSync(BOMB)] as const,
    ['br', brotliCompressSync(BOMB)] as const,
    ['gzip, gzip', gzipSync(gzipSync(BOMB))] as const,
  ].flatMap(([encoding, bomb]): HostileRequest[] => {
    const headers = [`content-encoding: ${encoding}`];
    const small = bomb.subarray(0, EDGE_BODY_LIMIT_BYTES);
    return [
      {
        name: `a ${encoding} bomb to a signed source`,
        parts: post(small, { headers }),
        answers: [[415]],
      },
      {
        name: `a ${encoding} bomb to a source that may send once`,
        parts: post(small, { path: COBRU, headers }),
        answers: [[200]],
        kept: 1,
      },
    ];
  }),
  ...['utf16le', 'latin1'].map((encoding): HostileRequest => ({
    name: `a body in ${encoding}`,
    parts: post(Buffer.from('{"eventId":"ñ"}', encoding as BufferEncoding)),
    answers: [[200]],
    kept: 1,
  })),
  { name: 'a byte order mark', parts: post(`\u{FEFF}${SMALL}`), answers: [[200]], kept: 1 },
  {
    name: 'bytes that are no text',
    parts: post(Buffer.from([0, 255, 254, 0])),
    answers: [[200]],
    kept: 1,
  },
  ...[
    'text/xml',
    'multipart/form-data; boundary=x',
    ';;;',
    'application/json; charset=utf-7',
    '\t',
  ].map((type): HostileRequest => ({
    name: `the content type ${JSON.stringify(type)}`,
    parts: post(COBRU_BODY, { path: COBRU, headers: [`content-type: ${type}`] }),
    answers: [[200]],
    kept: 1,
  })),
];

function sized(bytes: number): string {
  return genuineBody('size', 'x'.repeat(bytes - genuineBody('size').length));
}

function postChunked(body: string, sizeBytes = 1_000): readonly Part[] {
  const headers = ['transfer-encoding: chunked', `x-signature: ${signatureOf(body)}`];
  return [head({ headers }), chunked(body, sizeBytes)];
}
