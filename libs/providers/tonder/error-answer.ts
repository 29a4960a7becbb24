import { factMembers, fits, selectFacts } from '../fact-members.js';
import { filledTextOf, firstTextOf } from '../facts.js';
import { scanJson } from '../json-scanner.js';

/** What an answer that refuses says, without the free text of its message. */
export type TonderError = {
  /** `rate_limit_exceeded`, or what the shape has instead: `bad_request` for `"Bad Request"`. */
  readonly code: string | null;
  /** The member that is at fault, where one is named. */
  readonly field: string | null;
  /** `request_id`, or `error_id` of the Withdrawals API. */
  readonly requestId: string | null;
  readonly retryAfterSeconds: number | null;
};

const MEMBERS = factMembers({
  error: 'identifier',
  'error.code': 'word',
  'error.retry_after': 'integer',
  'error.details.field': 'word',
  field: 'word',
  request_id: 'reference',
  error_id: 'reference',
});

/**
 * Reads the three documented shapes of an error: `{"error":{"code",…},"request_id"}`, the refunds'
 * `{"error":"…","details":"…"}` and the withdrawals' `{"error":"…","message","field","error_id"}`.
 * Anything else has no code. Never throws.
 */
export function readTonderError(body: Buffer): TonderError {
  const scan = scanJson(body, MEMBERS.tree);
  if ('refused' in scan) return NOTHING_SAID;
  const { facts } = selectFacts(scan.tokens, MEMBERS);
  const title = filledTextOf(facts, 'error')?.toLowerCase().replaceAll(' ', '_') ?? null;
  const titleCode = title !== null && fits(JSON.stringify(title), 'word') ? title : null;
  const seconds = filledTextOf(facts, 'error.retry_after');
  return {
    code: filledTextOf(facts, 'error.code') ?? titleCode,
    field: firstTextOf(facts, 'error.details.field', 'field'),
    requestId: firstTextOf(facts, 'request_id', 'error_id'),
    retryAfterSeconds: seconds === null ? null : Number(seconds),
  };
}

const NOTHING_SAID: TonderError = {
  code: null,
  field: null,
  requestId: null,
  retryAfterSeconds: null,
};
