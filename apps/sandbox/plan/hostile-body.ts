export const HOSTILITIES = [
  'not-json',
  'truncated',
  'empty',
  'too-deep',
  'repeated-member',
  'nul',
  'lone-surrogate',
  'proto-member',
  'endless-number',
  'huge-exponent',
  'oversized-member',
  'oversized-body',
  'too-many-members',
  'wrong-types',
  'array-root',
  'not-utf8',
  'byte-order-mark',
  'trailing-bytes',
  'unknown-content-type',
  'broken-form',
] as const;

/** What is wrong with a body that means harm. */
export type Hostility = (typeof HOSTILITIES)[number];

/** About nothing that exists; `name` makes it different from any other. */
export function hostileBody(hostility: Hostility, name: string): string | Buffer {
  switch (hostility) {
    case 'not-json':
      return `<html>${name}</html>`;
    case 'truncated':
      return `{${members(name)},"data":{"amount":1`;
    case 'empty':
      return '';
    case 'too-deep':
      return `{${members(name)},"data":${'['.repeat(2_000)}${']'.repeat(2_000)}}`;
    case 'repeated-member':
      return `{${members(name)},"state":0,"id":"other"}`;
    case 'nul':
      return `{${members(name)},"currency":"US\\u0000D"}`;
    case 'lone-surrogate':
      return `{${members(name)},"currency":"\\ud800"}`;
    case 'proto-member':
      return `{${members(name)},"__proto__":{"isAdmin":true},"constructor":{"prototype":1}}`;
    case 'endless-number':
      return `{${members(name)},"amount":${'9'.repeat(10_000)}}`;
    case 'huge-exponent':
      return `{${members(name)},"currency":"USD","amount":1e999999}`;
    case 'oversized-member':
      return `{${members(name)},"description":"${'x'.repeat(20_000)}"}`;
    case 'oversized-body':
      return OVERSIZED_BODY;
    case 'too-many-members':
      return `{${members(name)},${MANY_MEMBERS}}`;
    case 'wrong-types':
      return `{"eventId":{"a":1},"event":["payment.succeeded"],"url":12,"state":"three","transaction":7,"data":"${name}"}`;
    case 'array-root':
      return `[{${members(name)}}]`;
    case 'not-utf8':
      return Buffer.concat([Buffer.from(`{${members(name)},"name":"`), NOT_UTF8]);
    case 'byte-order-mark':
      return `\uFEFF{${members(name)}}`;
    case 'trailing-bytes':
      return `{${members(name)}}{${members(name)}}`;
    case 'unknown-content-type':
      return `<payment id="${name}"/>`;
    case 'broken-form':
      return `url=${name}&state=3&amount=%ZZ&state=4`;
  }
}

export function hostileContentType(hostility: Hostility): string {
  if (hostility === 'broken-form') return 'application/x-www-form-urlencoded';
  return hostility === 'unknown-content-type' ? 'application/xml' : 'application/json';
}

/** A whole payment of a provider's members, all of them at once, so that every reader finds its own. */
function members(name: string, rest = ''): string {
  return (
    `"eventId":"${name}","event":"payment.succeeded","eventType":"payment.settled","url":"${name.slice(0, 8)}",` +
    `"state":3,"id":"${name}","event_type":"payment_Success","operation_type":"payment"${rest}`
  );
}

/** `é` in Latin-1, which is no UTF-8, and the end of the document. */
const NOT_UTF8 = Buffer.from([0xe9, 0x22, 0x7d]);

/** Past the edge's limit of 256 KiB. */
const OVERSIZED_BODY = Buffer.from(`{"data":"${'x'.repeat(300 * 1_024)}"}`);

const MANY_MEMBERS = Array.from({ length: 2_000 }, (_, index) => `"m${index}":1`).join(',');
