import { head, LENGTH, post, SIGNATURE, SMALL, type HostileRequest } from './request-text.js';

export const HEADERS: readonly HostileRequest[] = [
  {
    name: 'a header of 20 kB',
    parts: post(SMALL, { headers: [`x-big: ${'x'.repeat(20_000)}`] }),
    answers: [[431]],
  },
  {
    name: '3,000 headers',
    parts: post(SMALL, { headers: Array.from({ length: 3_000 }, (_, n) => `x${n}: 1`) }),
    answers: [[431]],
  },
  {
    name: '300 headers that fit',
    parts: post(SMALL, { headers: Array.from({ length: 300 }, (_, n) => `x${n}:`) }),
    answers: [[200]],
    kept: 1,
  },
  {
    name: 'headers without end',
    parts: [
      head().slice(0, -2),
      ...Array.from({ length: 50 }, () => `x-more: ${'y'.repeat(1_000)}\r\n`),
    ],
    answers: [[431]],
  },
  {
    name: 'a header with a zero byte',
    parts: post(SMALL, { headers: ['x-zero: a\0b'] }),
    answers: [[400]],
  },
  { name: 'a header without a name', parts: post(SMALL, { headers: [': x'] }), answers: [[400]] },
  {
    name: 'a header folded over two lines',
    parts: post(SMALL, { headers: ['x-fold: a', ' b'] }),
    answers: [[200, 400]],
  },
  {
    name: 'headers of prototype names',
    parts: post(SMALL, { headers: ['__proto__: 1', 'constructor: 1'] }),
    answers: [[200]],
    kept: 1,
  },
  { name: 'two signatures', parts: post(SMALL, { headers: [SIGNATURE] }), answers: [[401]] },
  {
    name: 'no host',
    parts: ['POST /webhooks/mint HTTP/1.1\r\n', `${LENGTH}\r\n${SIGNATURE}\r\n\r\n`, SMALL],
    answers: [[200]],
    kept: 1,
  },
  {
    name: 'HTTP/1.0',
    parts: ['POST /webhooks/mint HTTP/1.0\r\n', `${LENGTH}\r\n${SIGNATURE}\r\n\r\n`, SMALL],
    answers: [[200]],
    kept: 1,
  },
  {
    name: 'an expectation to go on',
    parts: [...post(SMALL, { headers: ['expect: 100-continue'] })],
    answers: [[200]],
    kept: 1,
  },
  {
    name: 'an expectation to go on with too much',
    parts: [head({ headers: ['content-length: 99999999', SIGNATURE, 'expect: 100-continue'] })],
    answers: [[413]],
  },
  {
    name: 'another expectation',
    parts: post(SMALL, { headers: ['expect: the-inquisition'] }),
    answers: [[417]],
  },
  {
    name: 'an upgrade to another protocol',
    parts: post(SMALL, { headers: ['connection: upgrade', 'upgrade: websocket'] }),
    answers: [[200, 400]],
  },
  { name: 'the preface of HTTP/2', parts: ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'], answers: [[400]] },
  {
    name: 'a TLS hello',
    parts: [Buffer.from('16030100c8010000c40303', 'hex'), Buffer.alloc(200)],
    answers: [[400]],
  },
];
