import { parseSubjectKey, type SubjectKind } from '#events/subject.js';
import type { PaymentState } from '#ledger/payment/payment-state.js';
import { viewPayment } from '#ledger/payment/payment-view.js';
import type { Posting } from '#ledger/posting/posting.js';
import { postingsOfViewed, type ViewedPayment } from '#ledger/posting/postings-of.js';
import { loneLinePosting } from '#ledger/posting/report-line-postings.js';
import { POSTING_RULES, type PostingRules } from '#ledger/posting/rules.js';
import { ALL_PROVIDERS } from '#providers/registry.js';

/** A key does not name its provider; a kind means the same to each that has it. */
const REFUNDED_APART: ReadonlySet<SubjectKind> = new Set(
  ALL_PROVIDERS.flatMap(({ refundedApart }) => refundedApart),
);

/** What a subject should have posted: its key tells whose books, and what it is. */
export function subjectPostings(
  subject: string,
  state: PaymentState,
  rules: PostingRules = POSTING_RULES,
): readonly Posting[] {
  return viewedPostings(subject, { state, view: viewPayment(state) }, rules);
}

/** As `subjectPostings`, for who has the view already. */
export function viewedPostings(
  subject: string,
  viewed: ViewedPayment,
  rules: PostingRules,
): readonly Posting[] {
  const { account, kind } = parseSubjectKey(subject);
  if (kind === 'report-line') {
    return viewed.state.reportLines.map((line) => loneLinePosting(line, account));
  }
  return postingsOfViewed(viewed, { account, isRefundedApart: REFUNDED_APART.has(kind) }, rules);
}
