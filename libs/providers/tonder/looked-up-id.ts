import type { SubjectKind } from '#events/subject.js';
import { firstTextOf, type Facts } from '../facts.js';

/**
 * The id that an answer names for a subject of this kind: it must be the one that was asked for.
 */
export function lookedUpId(kind: SubjectKind, body: Facts): string | null {
  switch (kind) {
    case 'withdrawal':
      return firstTextOf(body, 'id', 'withdrawal_id');
    case 'session':
      return firstTextOf(body, 'id', 'session_id');
    default:
      return firstTextOf(body, 'id');
  }
}
