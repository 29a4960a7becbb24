import type { Subject } from '#events/subject.js';
import { filledTextOf, firstTextOf, type Facts } from '../facts.js';

/** Does the answer name what was asked for? A payment by its slug, a withdrawal by its number. */
export function isAnswerAbout(
  body: Facts,
  { kind, reference }: Pick<Subject, 'kind' | 'reference'>,
): boolean {
  const named = kind === 'payment' ? filledTextOf(body, 'url') : firstTextOf(body, 'id', 'pk');
  return named === reference;
}
