import { parseSubjectKey, type SubjectKind } from '#events/subject.js';
import type { PostingOwner } from '#ledger/posting/postings-of.js';

/** Kinds of providers that give refunds an id, and so a subject and postings, of their own. */
const REFUNDED_APART: readonly SubjectKind[] = ['transaction', 'session'];

/** Whose books a subject's postings are, as its key tells. */
export function postingOwnerOf(subject: string): PostingOwner {
  const { account, kind } = parseSubjectKey(subject);
  return { account, isRefundedApart: REFUNDED_APART.includes(kind) };
}
