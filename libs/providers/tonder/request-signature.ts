import { createHmac } from 'node:crypto';

/**
 * What a request's body may hold. Money goes in as a whole number or as JSON writes it: `100.5`.
 */
export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [name: string]: JsonValue };

/**
 * `X-Signature-Transaction` of a Direct API request: Base64 of HMAC-SHA256 over the body's text
 * with the business's secret key (request signing page). Text is signed as it is and must be sent
 * as it is; an object is first written in the form that the page asks for, see `sortedJson`.
 */
export function signRequest(
  request: string | { readonly [name: string]: JsonValue },
  secret: string,
): { readonly body: string; readonly signature: string } {
  const body = typeof request === 'string' ? request : sortedJson(request);
  return { body, signature: createHmac('sha256', secret).update(body, 'utf8').digest('base64') };
}

/**
 * JSON with the members of every object sorted by name and without white space. The vendor's
 * samples disagree on the rest: this is what its Node sample does, whole numbers without decimals
 * and no character escaped that need not be.
 */
function sortedJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(sortedJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  const texts = members.map(([name, member]) => `${JSON.stringify(name)}:${sortedJson(member)}`);
  return `{${texts.join(',')}}`;
}
