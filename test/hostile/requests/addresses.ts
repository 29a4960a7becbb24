import { COBRU_SECRET } from '../hostile-edge.js';
import { COBRU, COBRU_BODY, head, post, SMALL, type HostileRequest } from './request-text.js';

export const PATHS: readonly HostileRequest[] = [
  ...[
    '/webhooks/../webhooks/mint',
    '/webhooks/%2e%2e/mint',
    '/webhooks//mint',
    '//webhooks/mint',
    '/webhooks/mint/',
    '/webhooks/mint/..',
    '/webhooks/mint%2f..',
    '/webhooks/%6dint',
    '/webhooks/mint%00',
    '/webhooks/mint;a=b',
    '/webhooks/MINT',
    '/webhooks/',
    '/webhooks',
    '/webhooks/__proto__',
    '/webhooks/constructor',
    '/healthz/../webhooks/mint',
    `/webhooks/${'a'.repeat(3_000)}`,
  ].map((path): HostileRequest => ({
    name: `the path ${path.slice(0, 40)}`,
    parts: post(SMALL, { path }),
    answers: [[400, 404]],
  })),
  {
    name: 'a path with a broken escape',
    parts: post(SMALL, { path: '/webhooks/%zz' }),
    answers: [[400, 404]],
  },
  {
    name: 'a path with a raw zero byte',
    parts: post(SMALL, { path: '/webhooks/mint\0' }),
    answers: [[400]],
  },
  {
    name: 'a path with a space',
    parts: post(SMALL, { path: '/webhooks/mi nt' }),
    answers: [[400]],
  },
  {
    name: 'a path of raw UTF-8',
    parts: post(SMALL, { path: '/webhooks/miñt' }),
    answers: [[400, 404]],
  },
  { name: 'no path', parts: post(SMALL, { path: '' }), answers: [[400]] },
  {
    name: 'an absolute URL',
    parts: post(SMALL, { path: 'http://elsewhere.test/webhooks/mint' }),
    answers: [[200]],
    kept: 1,
  },
  { name: 'the path *', parts: post(SMALL, { path: '*' }), answers: [[400, 404]] },
  {
    name: 'a URL of 20 kB',
    parts: post(SMALL, { path: `/webhooks/mint?${'q'.repeat(20_000)}` }),
    answers: [[431]],
  },
  ...['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'].map(
    (method): HostileRequest => ({
      name: `the method ${method}`,
      parts: [head({ method })],
      answers: [[405]],
      isBodiless: method === 'HEAD',
    }),
  ),
  {
    name: 'the method CONNECT',
    parts: [head({ method: 'CONNECT', path: 'a.test:443' })],
    answers: [[405]],
  },
  { name: 'the method PROPFIND', parts: [head({ method: 'PROPFIND' })], answers: [[404, 405]] },
  { name: 'a method that is none', parts: [head({ method: 'STEAL' })], answers: [[400]] },
];

const QUERY_NASTIES = [
  '__proto__=1',
  'constructor=1',
  'toString=1',
  'hasOwnProperty=1',
  '%00=%00',
  '%=%',
  '%ff=%ff',
  '=&=&&&',
  'ref[]=1',
  'ref=a&ref=b&ref[x]=c',
  'ref=%ud800',
  `ref=${'%F0%9F%98%80'.repeat(300)}`,
];

export const QUERIES: readonly HostileRequest[] = [
  ...QUERY_NASTIES.map((query): HostileRequest => ({
    name: `the query ${query.slice(0, 40)}`,
    parts: post(COBRU_BODY, { path: `/webhooks/cobru?${query}` }),
    answers: [[200]],
    kept: 1,
  })),
  {
    name: '5,000 parameters',
    parts: post(COBRU_BODY, { path: `/webhooks/cobru?${'a&'.repeat(5_000)}` }),
    answers: [[200]],
    kept: 1,
  },
  {
    name: 'a secret that is repeated',
    parts: post(COBRU_BODY, { path: `${COBRU}&t=x&t=${COBRU_SECRET}` }),
    answers: [[200]],
    kept: 1,
  },
];
