import {
  chunked,
  GOOD,
  head,
  LENGTH,
  MINT,
  post,
  SIGNATURE,
  SMALL,
  type HostileRequest,
} from './request-text.js';

export const FRAMING: readonly HostileRequest[] = [
  {
    name: 'a length and chunks',
    parts: [
      head({ headers: [LENGTH, SIGNATURE, 'transfer-encoding: chunked'] }),
      chunked(SMALL, 100),
    ],
    answers: [[400]],
  },
  {
    name: 'two lengths',
    parts: [head({ headers: [LENGTH, 'content-length: 5', SIGNATURE] }), SMALL],
    answers: [[400]],
  },
  {
    name: 'a length twice',
    parts: [head({ headers: [LENGTH, LENGTH, SIGNATURE] }), SMALL],
    answers: [[200, 400]],
  },
  {
    name: 'a length with a sign',
    parts: [head({ headers: [`content-length: +${SMALL.length}`, SIGNATURE] }), SMALL],
    answers: [[400]],
  },
  {
    name: 'a length with a list',
    parts: [
      head({ headers: [`content-length: ${SMALL.length}, ${SMALL.length}`, SIGNATURE] }),
      SMALL,
    ],
    answers: [[400]],
  },
  {
    name: 'a transfer encoding that is none',
    parts: [head({ headers: ['transfer-encoding: xchunked', SIGNATURE] }), chunked(SMALL, 100)],
    answers: [[400]],
  },
  {
    name: 'chunks that are not last',
    parts: [
      head({ headers: ['transfer-encoding: chunked, identity', SIGNATURE] }),
      chunked(SMALL, 100),
    ],
    answers: [[400]],
  },
  {
    name: 'a space before the colon',
    parts: [head({ headers: [SIGNATURE, 'transfer-encoding : chunked'] }), chunked(SMALL, 100)],
    answers: [[400]],
  },
  {
    name: 'a chunk size that is no number',
    parts: [head({ headers: ['transfer-encoding: chunked', SIGNATURE] }), 'zz\r\nabc\r\n'],
    answers: [[400]],
  },
  {
    name: 'a chunk size past any number',
    parts: [
      head({ headers: ['transfer-encoding: chunked', SIGNATURE] }),
      `${'f'.repeat(17)}\r\nabc`,
    ],
    answers: [[400]],
  },
  {
    name: 'chunk extensions without end',
    parts: [
      head({ headers: ['transfer-encoding: chunked', SIGNATURE] }),
      `1;${'a'.repeat(40_000)}`,
    ],
    answers: [[413]],
  },
  {
    name: 'chunks with trailers',
    parts: [
      head({ headers: ['transfer-encoding: chunked', SIGNATURE] }),
      Buffer.concat([chunked(SMALL, 100).subarray(0, -2), Buffer.from('x-signature: 0\r\n\r\n')]),
    ],
    answers: [[200]],
    kept: 1,
  },
  {
    name: 'a length that is too short',
    parts: [head({ headers: [`content-length: ${SMALL.length - 5}`, SIGNATURE] }), SMALL],
    answers: [[400, 401]],
  },
  {
    name: 'ten requests at once',
    parts: [GOOD.repeat(10)],
    answers: Array.from({ length: 10 }, () => [200]),
    kept: 10,
  },
  {
    name: 'a good request, and nonsense behind it',
    parts: [...post(SMALL), 'NONSENSE\r\n\r\n'],
    answers: [[200, 400]],
  },
  {
    name: 'a request smuggled in a body',
    parts: post(GOOD),
    answers: [[200]],
    kept: 1,
  },
  {
    name: 'bare line feeds',
    parts: [`POST ${MINT} HTTP/1.1\nhost: x\n${LENGTH}\n${SIGNATURE}\n\n${SMALL}`],
    answers: [[400]],
  },
];
