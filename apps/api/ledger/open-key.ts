import type { OpenKey } from '#read-models/queries/ledger-open-reader.js';

/** Where a page of open items ends; the parts tell apart what is of one time. */
export function openKey(since: Date, parts: readonly (string | number)[]): string {
  return JSON.stringify({ since: since.toISOString(), id: parts.join(' ') } satisfies OpenKey);
}

/** Of a token that we made ourselves. */
export function parseOpenKey(after: string | null): OpenKey | null {
  return after === null ? null : (JSON.parse(after) as OpenKey);
}
