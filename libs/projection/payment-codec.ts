import { moneyText, type Money } from '#ledger/money.js';
import type { Flag } from '#ledger/payment/flag.js';
import type {
  LookupFact,
  PaymentClaim,
  PaymentDetails,
  PaymentFact,
  RefundFact,
} from '#ledger/payment/payment-fact.js';
import type { PaymentKind } from '#ledger/payment/payment-kind.js';
import type { ReportLine, ReportLineType } from '#ledger/payment/report-line.js';
import { currencyKey, type Attribution, type PaymentState } from '#ledger/payment/payment-state.js';
import type { PaymentStatus } from '#ledger/payment/payment-status.js';
import type { Trust } from '#ledger/trust.js';

/**
 * A payment's state as the `state` column keeps it: JSON with amounts as text, and facts as lists, which
 * are half as long as objects. Part of the fold's version: a change of shape is a new fold version, never
 * an upgrade in place.
 */
export function encodePaymentState(state: PaymentState): string {
  const { claim, settlement } = state;
  const stored: StoredState = [
    Object.values(state.facts).map(storeFact),
    storeLookup(state.lookup),
    state.found?.factId === state.lookup?.factId ? 'same' : storeLookup(state.found),
    Object.values(state.refunds).map(storeRefund),
    Object.values(state.refundedTotals).map(storeMoney),
    state.attributions,
    state.hasConflict,
    claim === null
      ? null
      : { ...claim, amount: storeMoney(claim.amount), position: claim.position.toString() },
    state.kind,
    state.parents,
    [state.amounts.asked, state.amounts.received],
    state.attempts,
    settlement === null ? null : [settlement.batch, settlement.occurredAt],
    state.clientReference,
    state.marks,
    state.since,
    state.firstRecordedAt,
    state.ruledAt,
    state.reportLines.map(storeReportLine),
  ];
  return JSON.stringify(stored);
}

export function decodePaymentState(text: string): PaymentState {
  const [
    storedFacts,
    lookup,
    found,
    storedRefunds,
    storedTotals,
    attributions,
    hasConflict,
    claim,
    kind,
    parents,
    [asked, received],
    attempts,
    settlement,
    clientReference,
    marks,
    since,
    firstRecordedAt,
    ruledAt,
    reportLines,
  ] = JSON.parse(text) as StoredState;
  const facts: Partial<Record<PaymentStatus, PaymentFact>> = {};
  for (const fact of storedFacts.map(loadFact)) facts[fact.status] = fact;
  // Not member by member: a provider may call a refund `__proto__`.
  const refunds = Object.fromEntries(
    storedRefunds.map(loadRefund).map((refund) => [refund.refundId, refund]),
  );
  const totals = storedTotals.map(loadMoney).filter((total) => total !== null);
  return {
    kind,
    facts,
    lookup: loadLookup(lookup),
    found: loadLookup(found === 'same' ? lookup : found),
    refunds,
    refundedTotals: Object.fromEntries(totals.map((total) => [currencyKey(total), total])),
    attributions,
    parents,
    reportLines: reportLines.map(loadReportLine),
    amounts: { asked, received },
    attempts,
    settlement: settlement === null ? null : { batch: settlement[0], occurredAt: settlement[1] },
    clientReference,
    marks,
    since,
    firstRecordedAt,
    ruledAt,
    hasConflict,
    claim:
      claim === null
        ? null
        : { ...claim, amount: loadMoney(claim.amount), position: BigInt(claim.position) },
  };
}

/** What an event says of a payment, as text: equal facts, equal text. */
export function detailsText(details: PaymentDetails | null): string {
  return details === null ? '' : JSON.stringify(storeDetails(details));
}

/** `minor currency exponent`. */
export type StoredMoney = string | null;

export function storeMoney(money: Money | null): StoredMoney {
  return money === null ? null : moneyText(money);
}

type StoredRefund = readonly [
  refundId: string,
  status: RefundFact['status'],
  amount: StoredMoney,
  failureCode: string | null,
];
type StoredReportLine = readonly [
  report: string,
  line: string,
  type: ReportLineType,
  amount: string,
  paidAt: string,
];
type StoredDetails = readonly [
  status: PaymentStatus,
  rank: number,
  kind: PaymentKind,
  occurredAt: string | null,
  amount: StoredMoney,
  net: StoredMoney,
  fee: StoredMoney,
  tax: StoredMoney,
  refundedTotal: StoredMoney,
  refund: StoredRefund | null,
  orderId: string | null,
  method: string | null,
  failureCode: string | null,
  parent: string | null,
  settlementBatch: string | null,
  clientReference: string | null,
  marks: readonly Flag[],
  expected: StoredMoney,
  attempt: string | null,
];
type StoredFact = readonly [factId: string, trust: Trust, details: StoredDetails];
type StoredLookup = readonly [
  factId: string,
  asOf: string,
  askedAt: string,
  found: StoredFact | null,
];
type StoredClaim = Omit<PaymentClaim, 'amount' | 'position'> & {
  readonly amount: StoredMoney;
  readonly position: string;
};
type StoredState = readonly [
  facts: readonly StoredFact[],
  lookup: StoredLookup | null,
  /** Usually the last lookup is the one that found the payment. */
  found: StoredLookup | null | 'same',
  refunds: readonly StoredRefund[],
  refundedTotals: readonly StoredMoney[],
  attributions: readonly Attribution[],
  hasConflict: boolean,
  claim: StoredClaim | null,
  kind: PaymentKind,
  parents: readonly string[],
  amounts: readonly [asked: readonly string[], received: readonly string[]],
  attempts: readonly string[],
  settlement: readonly [batch: string, occurredAt: string] | null,
  clientReference: string | null,
  marks: readonly Flag[],
  since: Readonly<Record<string, string>>,
  firstRecordedAt: string | null,
  ruledAt: string | null,
  reportLines: readonly StoredReportLine[],
];

function loadMoney(text: StoredMoney): Money | null {
  return text === null ? null : moneyOfText(text);
}

function moneyOfText(text: string): Money {
  const [minor = '0', currency = '', exponent = '0'] = text.split(' ');
  return { minor: BigInt(minor), currency, exponent: Number(exponent) };
}

function storeReportLine({ report, line, type, amount, paidAt }: ReportLine): StoredReportLine {
  return [report, line, type, `${amount.minor} ${amount.currency} ${amount.exponent}`, paidAt];
}

function loadReportLine([report, line, type, amount, paidAt]: StoredReportLine): ReportLine {
  return { report, line, type, amount: moneyOfText(amount), paidAt };
}

function storeRefund(refund: RefundFact): StoredRefund {
  return [refund.refundId, refund.status, storeMoney(refund.amount), refund.failureCode];
}

function loadRefund([refundId, status, amount, failureCode]: StoredRefund): RefundFact {
  return { refundId, status, amount: loadMoney(amount), failureCode };
}

function storeDetails(details: PaymentDetails): StoredDetails {
  return [
    details.status,
    details.rank,
    details.kind,
    details.occurredAt,
    storeMoney(details.amount),
    storeMoney(details.net),
    storeMoney(details.fee),
    storeMoney(details.tax),
    storeMoney(details.refundedTotal),
    details.refund === null ? null : storeRefund(details.refund),
    details.orderId,
    details.method,
    details.failureCode,
    details.parent,
    details.settlementBatch,
    details.clientReference,
    details.marks,
    storeMoney(details.expected),
    details.attempt,
  ];
}

function storeFact(fact: PaymentFact): StoredFact {
  return [fact.factId, fact.trust, storeDetails(fact)];
}

function loadFact([factId, trust, details]: StoredFact): PaymentFact {
  const [status, rank, kind, occurredAt, amount, net, fee, tax, refundedTotal, refund, ...rest] =
    details;
  const [orderId, method, failureCode, parent, settlementBatch, clientReference, ...more] = rest;
  const [marks, expected, attempt] = more;
  return {
    factId,
    trust,
    status,
    rank,
    kind,
    occurredAt,
    amount: loadMoney(amount),
    expected: loadMoney(expected),
    net: loadMoney(net),
    fee: loadMoney(fee),
    tax: loadMoney(tax),
    refundedTotal: loadMoney(refundedTotal),
    refund: refund === null ? null : loadRefund(refund),
    orderId,
    method,
    failureCode,
    parent,
    settlementBatch,
    clientReference,
    attempt,
    marks,
  };
}

function storeLookup(lookup: LookupFact | null): StoredLookup | null {
  if (lookup === null) return null;
  const { factId, asOf, askedAt, found } = lookup;
  return [factId, asOf.toString(), askedAt, found === null ? null : storeFact(found)];
}

function loadLookup(stored: StoredLookup | null): LookupFact | null {
  if (stored === null) return null;
  const [factId, asOf, askedAt, found] = stored;
  return { factId, asOf: BigInt(asOf), askedAt, found: found === null ? null : loadFact(found) };
}
