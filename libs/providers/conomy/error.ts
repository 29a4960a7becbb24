import { factMembers } from '../fact-members.js';
import { filledTextOf, firstTextOf } from '../facts.js';
import { readJsonBody } from '../read-body.js';

/** What an error answer says in words that may be logged; free text stays out. */
export type ConomyError = {
  /** Two characters (`"31"`), or the HTTP status in the older shape. */
  readonly code: string | null;
  /** `notFound`, `bad_request`. */
  readonly type: string | null;
  /** Conomy's own id of the call: what its support asks for. */
  readonly traceId: string | null;
};

const MEMBERS = factMembers({
  code: 'word',
  type: 'word',
  traceId: 'reference',
  statusCode: 'integer',
  error: 'word',
  'error.type': 'word',
});

/**
 * Reads the three documented shapes: `{code, type, traceId, …}` (errors page), `{statusCode,
 * error, message}` (API specification) and `{error: {type}}` (a sample). Null where there is none
 * of them.
 */
export function errorOf(body: Buffer): ConomyError | null {
  const read = readJsonBody(body, MEMBERS);
  if ('refused' in read) return null;
  const { facts } = read;
  const error = {
    code: firstTextOf(facts, 'code', 'statusCode'),
    type: firstTextOf(facts, 'type', 'error.type', 'error'),
    traceId: filledTextOf(facts, 'traceId'),
  };
  return error.code === null && error.type === null ? null : error;
}

/** For messages: ` (31 notFound, trace 5f8f…)`, or nothing. */
export function errorText(error: ConomyError | null): string {
  if (error === null) return '';
  const { code, type, traceId } = error;
  const words = [code, type].filter((word) => word !== null).join(' ');
  return traceId === null ? ` (${words})` : ` (${words}, trace ${traceId})`;
}
