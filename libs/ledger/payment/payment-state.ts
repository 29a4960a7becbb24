import type { Money } from '../money.js';
import { attributionStrength } from '../trust.js';
import { amountsOf, noAmounts, type StatedAmounts } from './amount-difference.js';
import { FLAGS, type Flag } from './flag.js';
import type { LookupFact, PaymentClaim, PaymentFact, RefundFact } from './payment-fact.js';
import { moreSpecificKind, type PaymentKind } from './payment-kind.js';
import { REFUND_STATUSES, type PaymentStatus } from './payment-status.js';
import { withLine, type ReportLine } from './report-line.js';

/**
 * Everything believed about one payment: a join over the set of trusted facts, with the latest claim
 * beside it.
 *
 * Each member is a join of its own (a maximum under a total order, or a union of such), so any order,
 * duplication or split of the same facts ends in the same state. Only `claim` goes by arrival: a claim
 * is not a state.
 */
export type PaymentState = {
  readonly kind: PaymentKind;
  /** The greatest fact seen for each status, from everything but lookups. */
  readonly facts: Readonly<Partial<Record<PaymentStatus, PaymentFact>>>;
  /** The highest lookup (asOf, askedAt, factId): what settles claims. */
  readonly lookup: LookupFact | null;
  /** Of the lookups that found the payment, only the highest speaks about its money. */
  readonly found: LookupFact | null;
  readonly refunds: Readonly<Record<string, RefundFact>>;
  /** The highest running total of refunds that the provider stated, by currency and exponent. */
  readonly refundedTotals: Readonly<Record<string, Money>>;
  /** Orders that this payment was ever attributed to, strongest first, then by name. */
  readonly attributions: readonly Attribution[];
  /** Subject keys of the payments that this refund was ever said to give back, sorted. */
  readonly parents: readonly string[];
  /** The batch that pays this payment out: the latest one named. */
  readonly settlement: { readonly batch: string; readonly occurredAt: string } | null;
  /** Lines of settlement reports that name it, sorted by their ids: of too many the smallest. */
  readonly reportLines: readonly ReportLine[];
  readonly clientReference: string | null;
  /**
   * Amounts that facts stated, as text, asked for and received: of each at most two, the smallest texts,
   * because a second one is all that matters.
   */
  readonly amounts: StatedAmounts;
  /** Tries that brought the money, by the provider's ids: at most two, the smallest, likewise. */
  readonly attempts: readonly string[];
  /** Everything that the provider ever called out of the ordinary. */
  readonly marks: readonly Flag[];
  /**
   * When something was first true, by the provider's clock where it tells: a status, or `refund:{id}`
   * for a refund that went through. ISO 8601 in UTC.
   */
  readonly since: Readonly<Record<string, string>>;
  /**
   * When the log first had trusted news of it, ISO 8601 in UTC; null while there is none. It picks the rule
   * that the books follow for this subject.
   */
  readonly firstRecordedAt: string | null;
  /** When an operator last ruled that it is to be booked anew: from then on that picks the rule. */
  readonly ruledAt: string | null;
  /** Two different facts came under one event id, or more report lines than are kept. */
  readonly hasConflict: boolean;
  readonly claim: PaymentClaim | null;
};

export type Attribution = { readonly orderId: string; readonly strength: number };

export const emptyPayment: PaymentState = {
  kind: 'payment',
  facts: {},
  lookup: null,
  found: null,
  refunds: {},
  refundedTotals: {},
  attributions: [],
  parents: [],
  amounts: noAmounts,
  attempts: [],
  settlement: null,
  reportLines: [],
  clientReference: null,
  marks: [],
  since: {},
  firstRecordedAt: null,
  ruledAt: null,
  hasConflict: false,
  claim: null,
};

/** Joins a trusted fact into the state. Total, commutative, associative, idempotent. */
export function withFact(state: PaymentState, fact: PaymentFact): PaymentState {
  const rival = state.facts[fact.status];
  const isGreater = rival === undefined || compareFacts(fact, rival) > 0;
  return {
    ...withFactDetails(state, fact),
    facts: isGreater ? { ...state.facts, [fact.status]: fact } : state.facts,
  };
}

/**
 * Joins a lookup's answer: it replaces every lower one. An answer that the provider does not know the
 * payment settles claims like any other, and says nothing against what an earlier one had found.
 */
export function withLookup(state: PaymentState, lookup: LookupFact): PaymentState {
  const attributed =
    lookup.found === null ? state : withRefund(withIdentityOf(state, lookup.found), lookup.found);
  return {
    ...attributed,
    lookup: greaterLookup(state.lookup, lookup),
    found: lookup.found === null ? state.found : greaterLookup(state.found, lookup),
  };
}

/**
 * Joins when a trusted fact says that something became true: the earliest telling counts. `recordedAt` (the
 * log's time) stands in where the provider states none, and is kept for itself.
 */
export function withSince(
  state: PaymentState,
  { status, occurredAt, refund }: PaymentFact,
  recordedAt: string,
): PaymentState {
  const at = occurredAt ?? recordedAt;
  const names = refund?.status === 'succeeded' ? [status, refundLine(refund.refundId)] : [status];
  const earlier = names.filter((name) => at < (state.since[name] ?? LAST_TIME));
  const { firstRecordedAt } = state;
  const isFirst = firstRecordedAt === null || recordedAt < firstRecordedAt;
  if (earlier.length === 0 && !isFirst) return state;
  return {
    ...state,
    firstRecordedAt: isFirst ? recordedAt : firstRecordedAt,
    since: { ...state.since, ...Object.fromEntries(earlier.map((name) => [name, at])) },
  };
}

/**
 * Joins a line of a settlement report. It is news of the payment that can be trusted, so it may be the
 * first; `recordedAt` is the log's time. More lines than are kept are a conflict, and somebody has to look.
 */
export function withReportLine(
  state: PaymentState,
  line: ReportLine,
  recordedAt: string,
): PaymentState {
  const { firstRecordedAt } = state;
  const isFirst = firstRecordedAt === null || recordedAt < firstRecordedAt;
  const { lines, isCut } = withLine(state.reportLines, line);
  const hasConflict = state.hasConflict || isCut;
  const isKnown = lines === state.reportLines && hasConflict === state.hasConflict;
  if (isKnown && !isFirst) return state;
  return {
    ...state,
    firstRecordedAt: isFirst ? recordedAt : firstRecordedAt,
    reportLines: lines,
    hasConflict,
  };
}

/** Joins a ruling that the books of this subject are to follow the rule in force at that time of the log. */
export function withRuling(state: PaymentState, recordedAt: string): PaymentState {
  const { ruledAt } = state;
  return ruledAt !== null && ruledAt >= recordedAt ? state : { ...state, ruledAt: recordedAt };
}

/** Names a refund that the payment's own events tell of. */
export function refundLine(refundId: string): string {
  return `refund:${refundId}`;
}

const LAST_TIME = '9999-12-31T23:59:59.999Z';

/** Records the latest claim, by arrival. */
export function withClaim(state: PaymentState, claim: Omit<PaymentClaim, 'since'>): PaymentState {
  const before = state.claim;
  if (before !== null && before.position >= claim.position) return state;
  // Who goes on claiming does not put the answer off: the first unanswered claim keeps its place.
  const since = before !== null && isOutstanding(state) ? before.since : claim.recordedAt;
  return { ...state, claim: { ...claim, since } };
}

/** A lookup is due while the last claim lies past what the last lookup could have seen. */
export function isOutstanding({ claim, lookup }: PaymentState): boolean {
  return claim !== null && (lookup === null || claim.position > lookup.asOf);
}

/**
 * Attributes the payment to an order without saying anything about its money: what a callback URL's
 * secret is good for.
 */
export function withAttribution(state: PaymentState, attribution: Attribution): PaymentState {
  if (attribution.strength === 0) return state;
  const rival = state.attributions.find((known) => known.orderId === attribution.orderId);
  if (rival !== undefined && rival.strength >= attribution.strength) return state;
  const attributions = [...state.attributions.filter((known) => known !== rival), attribution].sort(
    (a, b) =>
      b.strength - a.strength || (a.orderId < b.orderId ? -1 : a.orderId > b.orderId ? 1 : 0),
  );
  return { ...state, attributions };
}

export function withConflict(state: PaymentState): PaymentState {
  return state.hasConflict ? state : { ...state, hasConflict: true };
}

function withFactDetails(state: PaymentState, fact: PaymentFact): PaymentState {
  const { asked, received } = amountsOf(fact);
  return {
    ...withRefund(withIdentityOf(state, fact), fact),
    amounts: {
      asked: withSmallest(state.amounts.asked, asked),
      received: withSmallest(state.amounts.received, received),
    },
    refundedTotals: withTotal(state.refundedTotals, fact.refundedTotal),
  };
}

/** A total of nothing says no more than none. */
function withTotal(
  totals: PaymentState['refundedTotals'],
  total: Money | null,
): PaymentState['refundedTotals'] {
  if (total === null || total.minor <= (totals[currencyKey(total)]?.minor ?? 0n)) return totals;
  return { ...totals, [currencyKey(total)]: total };
}

/** What running totals are kept by. */
export function currencyKey({ currency, exponent }: Money): string {
  return `${currency} ${exponent}`;
}

function withRefund(state: PaymentState, { refund }: PaymentFact): PaymentState {
  const known =
    refund !== null && Object.hasOwn(state.refunds, refund.refundId)
      ? state.refunds[refund.refundId]
      : undefined;
  const isKnown = refund === null || (known !== undefined && compareRefunds(refund, known) <= 0);
  return isKnown ? state : { ...state, refunds: { ...state.refunds, [refund.refundId]: refund } };
}

/** What the payment is and belongs to: each member grows only, whichever fact tells of it. */
function withIdentityOf(state: PaymentState, fact: PaymentFact): PaymentState {
  const { kind, parent, settlementBatch, clientReference, attempt, marks, orderId, trust } = fact;
  const batch =
    settlementBatch === null ? null : { batch: settlementBatch, occurredAt: fact.occurredAt ?? '' };
  const attributed =
    orderId === null
      ? state
      : withAttribution(state, { orderId, strength: attributionStrength(trust) });
  return {
    ...attributed,
    kind: moreSpecificKind(state.kind, kind),
    parents:
      parent === null || state.parents.includes(parent)
        ? state.parents
        : [...state.parents, parent].sort(),
    settlement: laterBatch(state.settlement, batch),
    clientReference: greaterText(state.clientReference, clientReference),
    attempts: withSmallest(state.attempts, attempt === null ? [] : [attempt]),
    marks: marks.every((mark) => state.marks.includes(mark))
      ? state.marks
      : FLAGS.filter((flag) => marks.includes(flag) || state.marks.includes(flag)),
  };
}

const TEXTS_KEPT = 2;

/** The smallest of a set: keeping only those is a join like keeping all. */
function withSmallest(texts: readonly string[], told: readonly string[]): readonly string[] {
  if (told.every((text) => texts.includes(text))) return texts;
  return [...new Set([...texts, ...told])].sort().slice(0, TEXTS_KEPT);
}

function laterBatch(
  a: PaymentState['settlement'],
  b: PaymentState['settlement'],
): PaymentState['settlement'] {
  if (a === null || b === null) return a ?? b;
  return (compareText(a.occurredAt, b.occurredAt) || compareText(a.batch, b.batch)) >= 0 ? a : b;
}

function greaterText(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return a >= b ? a : b;
}

/** Of two tellings of one status, the one that states an amount says more. */
function compareFacts(a: PaymentFact, b: PaymentFact): number {
  if (a.rank !== b.rank) return a.rank - b.rank;
  const stated = Number(a.amount !== null) - Number(b.amount !== null);
  if (stated !== 0) return stated;
  return compareText(a.occurredAt ?? '', b.occurredAt ?? '') || compareText(a.factId, b.factId);
}

function greaterLookup(a: LookupFact | null, b: LookupFact): LookupFact {
  return a === null || compareLookups(b, a) > 0 ? b : a;
}

function compareLookups(a: LookupFact, b: LookupFact): number {
  if (a.asOf !== b.asOf) return a.asOf > b.asOf ? 1 : -1;
  return compareText(a.askedAt, b.askedAt) || compareText(a.factId, b.factId);
}

function compareRefunds(a: RefundFact, b: RefundFact): number {
  return (
    REFUND_STATUSES.indexOf(a.status) - REFUND_STATUSES.indexOf(b.status) ||
    compareText(a.amount?.minor.toString() ?? '', b.amount?.minor.toString() ?? '') ||
    compareText(a.amount?.currency ?? '', b.amount?.currency ?? '') ||
    (a.amount?.exponent ?? 0) - (b.amount?.exponent ?? 0) ||
    compareText(a.failureCode ?? '', b.failureCode ?? '')
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
