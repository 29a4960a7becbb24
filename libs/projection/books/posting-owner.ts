import { parseSubjectKey, type SubjectKind } from '#events/subject.js';
import type { PostingOwner } from '#ledger/posting/postings-of.js';
import { ALL_PROVIDERS } from '#providers/registry.js';

/** A key does not name its provider; a kind means the same to each that has it. */
const REFUNDED_APART: ReadonlySet<SubjectKind> = new Set(
  ALL_PROVIDERS.flatMap(({ refundedApart }) => refundedApart),
);

/** Whose books a subject's postings are, as its key tells. */
export function postingOwnerOf(subject: string): PostingOwner {
  const { account, kind } = parseSubjectKey(subject);
  return { account, isRefundedApart: REFUNDED_APART.has(kind) };
}
