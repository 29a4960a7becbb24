import type { Money } from '#ledger/money.js';
import type {
  LookupFact,
  PaymentClaim,
  PaymentFact,
  RefundFact,
} from '#ledger/payment/payment-fact.js';
import {
  emptyPayment,
  type Attribution,
  type PaymentState,
} from '#ledger/payment/payment-state.js';
import type { PaymentStatus } from '#ledger/payment/payment-status.js';

/**
 * A payment's state as the `state` column keeps it: JSON with amounts as text. Part of the fold's
 * version: a change of shape is a new fold version, never an upgrade in place.
 */
export function encodePaymentState(state: PaymentState): string {
  const stored: StoredState = {
    f: Object.values(state.facts).map(storeFact),
    l: storeLookup(state.lookup),
    g: state.found?.factId === state.lookup?.factId ? 'same' : storeLookup(state.found),
    r: Object.values(state.refunds).map((refund) => ({
      ...refund,
      amount: storeMoney(refund.amount),
    })),
    t: state.refundedTotalMinor.toString(),
    a: state.attributions,
    x: state.hasConflict,
    c: state.claim === null ? null : storeClaim(state.claim),
  };
  return JSON.stringify(stored);
}

export function decodePaymentState(text: string): PaymentState {
  const stored = JSON.parse(text) as StoredState;
  const facts: Partial<Record<PaymentStatus, PaymentFact>> = {};
  for (const fact of stored.f) facts[fact.status] = loadFact(fact);
  const refunds: Record<string, RefundFact> = {};
  for (const refund of stored.r) {
    refunds[refund.refundId] = { ...refund, amount: loadMoney(refund.amount) };
  }
  return {
    ...emptyPayment,
    facts,
    lookup: loadLookup(stored.l),
    found: loadLookup(stored.g === 'same' ? stored.l : stored.g),
    refunds,
    refundedTotalMinor: BigInt(stored.t),
    attributions: stored.a,
    hasConflict: stored.x,
    claim:
      stored.c === null
        ? null
        : {
            ...stored.c,
            amount: loadMoney(stored.c.amount),
            position: BigInt(stored.c.position),
          },
  };
}

/** The facts of an event as text: equal facts, equal text. What a conflict is judged on. */
export function factsText(fact: Omit<PaymentFact, 'factId' | 'trust'> | null): string {
  if (fact === null) return '';
  const { refund } = fact;
  return JSON.stringify([
    fact.status,
    fact.rank,
    fact.occurredAt,
    [fact.amount, fact.net, fact.fee, fact.tax, fact.refundedTotal].map(storeMoney),
    refund === null ? null : [refund.refundId, refund.status, storeMoney(refund.amount)],
    refund?.failureCode ?? null,
    fact.orderId,
    fact.method,
    fact.failureCode,
  ]);
}

/** `minor currency exponent`. */
type StoredMoney = string | null;
type StoredRefund = Omit<RefundFact, 'amount'> & { readonly amount: StoredMoney };
type StoredFact = Omit<
  PaymentFact,
  'amount' | 'net' | 'fee' | 'tax' | 'refundedTotal' | 'refund'
> & {
  readonly amount: StoredMoney;
  readonly net: StoredMoney;
  readonly fee: StoredMoney;
  readonly tax: StoredMoney;
  readonly refundedTotal: StoredMoney;
  readonly refund: StoredRefund | null;
};
type StoredLookup = Omit<LookupFact, 'asOf' | 'found'> & {
  readonly asOf: string;
  readonly found: StoredFact | null;
};
type StoredClaim = Omit<PaymentClaim, 'amount' | 'position'> & {
  readonly amount: StoredMoney;
  readonly position: string;
};
type StoredState = {
  readonly f: readonly StoredFact[];
  readonly l: StoredLookup | null;
  /** Usually the last lookup is the one that found the payment. */
  readonly g: StoredLookup | null | 'same';
  readonly r: readonly StoredRefund[];
  readonly t: string;
  readonly a: readonly Attribution[];
  readonly x: boolean;
  readonly c: StoredClaim | null;
};

function storeMoney(money: Money | null): StoredMoney {
  return money === null ? null : `${money.minor} ${money.currency} ${money.exponent}`;
}

function loadMoney(text: StoredMoney): Money | null {
  if (text === null) return null;
  const [minor = '0', currency = '', exponent = '0'] = text.split(' ');
  return { minor: BigInt(minor), currency, exponent: Number(exponent) };
}

function storeFact(fact: PaymentFact): StoredFact {
  return {
    ...fact,
    amount: storeMoney(fact.amount),
    net: storeMoney(fact.net),
    fee: storeMoney(fact.fee),
    tax: storeMoney(fact.tax),
    refundedTotal: storeMoney(fact.refundedTotal),
    refund:
      fact.refund === null ? null : { ...fact.refund, amount: storeMoney(fact.refund.amount) },
  };
}

function loadFact(fact: StoredFact): PaymentFact {
  return {
    ...fact,
    amount: loadMoney(fact.amount),
    net: loadMoney(fact.net),
    fee: loadMoney(fact.fee),
    tax: loadMoney(fact.tax),
    refundedTotal: loadMoney(fact.refundedTotal),
    refund: fact.refund === null ? null : { ...fact.refund, amount: loadMoney(fact.refund.amount) },
  };
}

function storeLookup(lookup: LookupFact | null): StoredLookup | null {
  if (lookup === null) return null;
  return {
    ...lookup,
    asOf: lookup.asOf.toString(),
    found: lookup.found === null ? null : storeFact(lookup.found),
  };
}

function loadLookup(stored: StoredLookup | null): LookupFact | null {
  if (stored === null) return null;
  return {
    ...stored,
    asOf: BigInt(stored.asOf),
    found: stored.found === null ? null : loadFact(stored.found),
  };
}

function storeClaim(claim: PaymentClaim): StoredClaim {
  return { ...claim, amount: storeMoney(claim.amount), position: claim.position.toString() };
}
