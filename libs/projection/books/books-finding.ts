/**
 * What is wrong with the books:
 * `changed` an entry does not follow from the one before it · `moved` it belongs elsewhere in the chain ·
 * `missing` entries are gone · `tail` the end of the chain is cut off · `head` the head row is not the end
 * of the chain · `unbalanced` an event's entries do not sum to zero · `days` the sums by day are not those
 * of the entries · `signed-head` the chain is not the one that was signed, or the signature is not ours ·
 * `period` what closed the books is not what the entries follow, or not what was signed · `guard` the database no longer refuses changes.
 */
export type FindingKind =
  | 'changed'
  | 'moved'
  | 'missing'
  | 'tail'
  | 'head'
  | 'unbalanced'
  | 'days'
  | 'signed-head'
  | 'period'
  | 'guard';

export type BooksFinding = {
  readonly kind: FindingKind;
  readonly partition: number | null;
  /** The entry's, or the first of several. */
  readonly sequence: bigint | null;
  readonly entryId: string | null;
  /** What is wrong, as a sentence. */
  readonly detail: string;
};
