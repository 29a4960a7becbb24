import { parseSubjectKey } from '#events/subject.js';
import type { OpenKey } from '#read-models/queries/ledger-open-reader.js';

/** Where a page of open items ends; `parts` tell apart what is of one time and payment. */
export function openKey(
  { since, rootId }: { readonly since: Date; readonly rootId: string },
  parts: readonly (string | number)[],
): string {
  const key: OpenKey = { since: since.toISOString(), rootId, rest: parts.join(' ') };
  return JSON.stringify(key);
}

/** Of a token that we made ourselves. */
export function parseOpenKey(after: string | null): OpenKey | null {
  return after === null ? null : (JSON.parse(after) as OpenKey);
}

/** The provider's own id, or the report and the line that told of it. */
export function referenceOf(row: {
  readonly reference: string | null;
  readonly subject: string | null;
}): string | null {
  if (row.reference !== null || row.subject === null) return row.reference;
  return parseSubjectKey(row.subject).reference;
}
