export const FLAGS = [
  'late',
  'unsettled',
  'disputed',
  'underpaid',
  'overpaid',
  'mismatch',
  'illegal',
  'conflict',
] as const;

/** Something that a person should know about a state. Computed from the set of facts, never from the
 * order in which they arrived. */
export type Flag = (typeof FLAGS)[number];
