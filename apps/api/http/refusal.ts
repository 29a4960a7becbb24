import type { FieldError, ProblemCode } from '#platform/problem.js';

/** A query that is not answered, with the reason. The skins turn it into a problem or a status. */
export type Refusal = {
  readonly refused: ProblemCode;
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  readonly retryAfterSeconds?: number;
};

/** Carries a refusal out of guards, pipes and controllers to the one filter that writes problems. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly refusal: Refusal;
  /** Response headers that belong to the refusal. */
  readonly headers: Readonly<Record<string, string>>;
  constructor(refusal: Refusal, headers: Readonly<Record<string, string>> = {}) {
    super(refusal.detail);
    this.refusal = refusal;
    this.headers = headers;
  }
}

export function isRefusal(result: object): result is Refusal {
  return 'refused' in result;
}

/** The answer, or the refusal thrown for the filter. */
export function answered<T extends object>(result: T | Refusal): T {
  if (isRefusal(result)) throw new RefusedError(result);
  return result;
}

/** Before anything was ever folded there is nothing to read from: the caller may come back. */
export const NOTHING_FOLDED: Refusal = {
  refused: 'not-caught-up',
  detail: 'Nothing is folded yet.',
  retryAfterSeconds: 1,
};
