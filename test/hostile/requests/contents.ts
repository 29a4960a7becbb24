import { COBRU, post, type HostileRequest } from './request-text.js';

const AROUND = (value: string): string =>
  `{"eventId":"e","event":"payment.succeeded","url":"hostile1","state":3,"amount":${value}}`;

/** What a reader could choke on; none of it is read as anything. */
const UNREADABLE: readonly (readonly [name: string, body: string])[] = [
  ['arrays in arrays, 100 deep', AROUND('['.repeat(100) + ']'.repeat(100))],
  ['arrays in arrays, 20,000 deep', AROUND('['.repeat(20_000) + ']'.repeat(20_000))],
  ['objects in objects that never end', '{"a":'.repeat(10_000)],
  ['a member that stands twice', '{"url":"hostile1","state":3,"url":"hostile2"}'],
  ['a member that stands twice, once escaped', '{"url":"hostile1","\\u0075rl":"hostile2"}'],
  ['U+0000 in a text', AROUND('"1\\u00000"')],
  ['a raw zero byte', AROUND('"1\u00000"')],
  ['a lone surrogate', AROUND('"\\ud800"')],
  ['the member __proto__', AROUND('1,"__proto__":{"isAdmin":true}')],
  ['the member constructor', AROUND('1,"constructor":{"prototype":{"isAdmin":true}}')],
  ['a number of 10,000 digits', AROUND('9'.repeat(10_000))],
  ['a text of 60 kB', AROUND(`"${'x'.repeat(60_000)}"`)],
  ['2,000 members', AROUND(`1,${Array.from({ length: 2_000 }, (_, n) => `"m${n}":0`).join()}`)],
  ['half a document', AROUND('1').slice(0, 40)],
  ['two documents', AROUND('1').repeat(2)],
  ['an array', `[${AROUND('1')}]`],
  ['a text', '"hostile"'],
  ['nothing', ''],
  ['NaN', AROUND('NaN')],
  ['a comment', `/* */${AROUND('1')}`],
];

/** Readable, with an amount that nobody must take for money. */
const ODD: readonly (readonly [name: string, body: string])[] = [
  ['an exponent', AROUND('1e400')],
  ['a small exponent', AROUND('1E+2')],
  ['an amount below zero', AROUND('-0.0')],
  ['an amount in Arabic digits', AROUND('"٣٠"')],
  ['an amount that is an object', AROUND('{"amount":1}')],
];

/** Authentic, or of a source that may send once: kept as it came, whatever it is. */
export const CONTENTS: readonly HostileRequest[] = [...UNREADABLE, ...ODD].flatMap(
  ([name, body]): HostileRequest[] => [
    { name: `${name}, signed`, parts: post(body), answers: [[200]], kept: 1 },
    { name: `${name}, by URL`, parts: post(body, { path: COBRU }), answers: [[200]], kept: 1 },
  ],
);
