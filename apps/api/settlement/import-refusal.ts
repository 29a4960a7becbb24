import type { FieldError } from '#platform/problem.js';
import type { Refusal } from '../http/refusal.js';

const ERRORS_SHOWN_MAX = 100;

/** That nothing of a report was imported: its faults in the order of its lines, the first ones of many. */
export function importRefusal(errors: readonly FieldError[]): Refusal {
  const sorted = errors.toSorted((a, b) => lineOf(a) - lineOf(b));
  const more = errors.length > 1 ? ` There are ${errors.length} faults.` : '';
  const detail = `Nothing was imported: ${sorted[0]?.detail ?? 'the body is no report.'}${more}`;
  return { refused: 'invalid-body', detail, errors: sorted.slice(0, ERRORS_SHOWN_MAX) };
}

/** Index of the line that it is about; what is about the whole report stands first. */
function lineOf({ pointer }: FieldError): number {
  return Number(/^\/body\/lines\/(\d+)/.exec(pointer)?.[1] ?? -1);
}
