import { mainRole, type PlayedProvider, type Role, type Scenario, type Step } from './scenario.js';
import { COBRU_SCENARIOS } from './scenarios/cobru.js';
import { CONOMY_SCENARIOS } from './scenarios/conomy.js';
import { MINTCASH_SCENARIOS } from './scenarios/mintcash.js';
import { TONDER_SCENARIOS } from './scenarios/tonder.js';

export const SCENARIOS: readonly Scenario[] = [
  ...MINTCASH_SCENARIOS,
  ...COBRU_SCENARIOS,
  ...CONOMY_SCENARIOS,
  ...TONDER_SCENARIOS,
];

/** Words for people, beside the providers' own names of events. */
type Word = { readonly event: string; readonly status?: string; readonly of?: Role };

const WORDS: Readonly<Record<PlayedProvider, Readonly<Record<string, Word>>>> = {
  mintcash: {
    created: { event: 'payment.created' },
    pending: { event: 'payment.pending' },
    authorized: { event: 'payment.authorized' },
    paid: { event: 'payment.succeeded' },
    succeeded: { event: 'payment.succeeded' },
    failed: { event: 'payment.failed' },
    voided: { event: 'payment.voided' },
    cancelled: { event: 'payment.voided' },
    refunded: { event: 'payment.refunded' },
    'partially-refunded': { event: 'payment.partially_refunded' },
    'refund-failed': { event: 'payment.refund_failed' },
  },
  cobru: {
    created: { event: 'state.0' },
    pending: { event: 'state.1' },
    failed: { event: 'state.2' },
    rejected: { event: 'state.2' },
    paid: { event: 'state.3' },
    succeeded: { event: 'state.3' },
    refunded: { event: 'state.4' },
    expired: { event: 'state.5' },
    'withdrawal-paid': { event: 'state.3', of: 'bank-withdrawal' },
    'withdrawal-rejected': { event: 'state.5', of: 'bank-withdrawal' },
  },
  conomy: {
    attempted: { event: 'purchase.attempted' },
    captured: { event: 'Transaction.Captured' },
    received: { event: 'Transaction.Received' },
    paid: { event: 'payment.settled' },
    settled: { event: 'payment.settled' },
    failed: { event: 'Transaction.Failed' },
    expired: { event: 'payment.expired' },
    unsettled: { event: 'payment.unsettled' },
    refunded: { event: 'payment.refund.settled' },
    'in-review': { event: 'payment.requiresReview' },
  },
  tonder: {
    pending: { event: 'payment_Pending' },
    authorized: { event: 'payment_Authorized' },
    paid: { event: 'payment_Success' },
    succeeded: { event: 'payment_Success' },
    declined: { event: 'payment_Declined' },
    failed: { event: 'payment_Failed' },
    expired: { event: 'payment_Expired' },
    cancelled: { event: 'payment_Cancelled' },
    'withdrawal-paid': { event: 'withdrawal.status_changed', status: 'PAID_FULL' },
    'withdrawal-reversed': { event: 'withdrawal.refund' },
  },
};

/** A step, and the scenario that it is taken from: the first that has it. */
export type KnownStep = { readonly scenario: Scenario; readonly step: Step };

/** The step that a word or the provider's own name stands for; null when it stands for none. */
export function stepOf(provider: PlayedProvider, name: string): KnownStep | null {
  const words = WORDS[provider];
  const { event, status, of } = (Object.hasOwn(words, name) ? words[name] : null) ?? {
    event: name,
  };
  for (const scenario of scenariosOf(provider)) {
    const step = scenario.steps.find(
      (one) =>
        one.event === event &&
        (status === undefined || one.status === status) &&
        (of === undefined || of === (one.of ?? mainRole(scenario))),
    );
    if (step !== undefined) return { scenario, step };
  }
  return null;
}

export function scenariosOf(provider: PlayedProvider): readonly Scenario[] {
  return SCENARIOS.filter((scenario) => scenario.provider === provider);
}

/** Words first, then the provider's own names that no word stands for. */
export function eventNames(provider: PlayedProvider): readonly string[] {
  const words = WORDS[provider];
  const told = new Set(Object.values(words).map(({ event }) => event));
  const others = scenariosOf(provider).flatMap(({ steps }) => steps.map(({ event }) => event));
  return [...Object.keys(words), ...new Set(others.filter((event) => !told.has(event)))];
}
