import { parseSubjectKey, type SubjectKind } from '#events/subject.js';
import type { PaymentState } from '#ledger/payment/payment-state.js';
import type { Posting } from '#ledger/posting/posting.js';
import { postingsOf } from '#ledger/posting/postings-of.js';
import { loneLinePosting } from '#ledger/posting/report-line-postings.js';
import { POSTING_RULES } from '#ledger/posting/rules.js';

/** Kinds of providers that give refunds an id, and so a subject and postings, of their own. */
const REFUNDED_APART: readonly SubjectKind[] = ['transaction', 'session'];

/** What a subject should have posted: its key tells whose books, and what it is. */
export function subjectPostings(
  subject: string,
  state: PaymentState,
  rules = POSTING_RULES,
): readonly Posting[] {
  const { account, kind } = parseSubjectKey(subject);
  if (kind === 'report-line') {
    return state.reportLines.map((line) => loneLinePosting(line, account));
  }
  return postingsOf(state, { account, isRefundedApart: REFUNDED_APART.includes(kind) }, rules);
}
