import type { OrderStatus } from '#ledger/order/order.js';

/** The providers that the sandbox plays. */
export const PLAYED_PROVIDERS = ['mintcash', 'cobru', 'conomy', 'tonder'] as const;
export type PlayedProvider = (typeof PLAYED_PROVIDERS)[number];

/** What a provider has an id of its own for. */
export type ObjectKind =
  | 'payment'
  | 'refund'
  | 'withdrawal'
  | 'bank-withdrawal'
  | 'cash-withdrawal'
  | 'customer'
  | 'subscription'
  | 'session'
  | 'legacy'
  | 'probe';

/** A kind, and a number where a scenario has several: `payment`, `refund-1`, `payment-2`. */
export type Role = ObjectKind | `${ObjectKind}-${number}`;

/** One life, as data: what happens in order, and what the order ends as. */
export type Scenario = {
  readonly name: string;
  readonly provider: PlayedProvider;
  readonly summary: string;
  readonly steps: readonly [Step, ...Step[]];
  /** What the scenario is about; steps that name nothing else happen to it. Default `payment`. */
  readonly main?: Role;
  /** Of its order; null where it has none. */
  readonly finalStatus: OrderStatus | null;
  /** Orders of its further payments, by role: a renewal is a payment with a reference of its own. */
  readonly furtherOrders?: Readonly<Partial<Record<Role, OrderStatus>>>;
  /** How often a stream picks it, against the others of its provider. */
  readonly weight: number;
  readonly money: Money;
  /** The provider's own names; one is chosen. */
  readonly methods: readonly [string, ...string[]];
  /** Which of the provider's wire forms; one is chosen. */
  readonly forms: readonly [Form, ...Form[]];
};

/** Currencies to choose from; the amount is between the bounds, in major units. */
export type Money = {
  readonly currencies: readonly [Currency, ...Currency[]];
  /** By currency where they differ much in worth. */
  readonly range?: readonly [min: number, max: number];
};

export type Currency = 'COP' | 'CLP' | 'MXN' | 'USD' | 'ARS' | 'EUR' | 'GBP';

/**
 * - Cobru, MintCash: `documented` (the current docs) or `original` (Cobru's first docs; MintCash's real
 *   deliveries), Cobru also `…-form` for form encoding.
 * - Conomy: contract `a` (signature in the body), `b` (in a header), `c` (B's members, A's signature).
 * - Tonder: which of its products.
 */
export type Form =
  | 'documented'
  | 'original'
  | 'documented-form'
  | 'original-form'
  | 'a'
  | 'b'
  | 'c'
  | 'direct'
  | 'nested'
  | 'nested-event'
  | 'confirmed'
  | 'hosted'
  | 'hosted-event-type'
  | 'withdrawals'
  | 'legacy'
  | 'probe';

export type Step = {
  /** The provider's own name: `payment.succeeded`, or `state.3` for Cobru, which only has numbers. */
  readonly event: string;
  /** What it happens to, where that is not what the scenario is about. */
  readonly of?: Role;
  /** The provider's status afterwards, where the event's name does not say it. */
  readonly status?: string;
  /** Of the scenario's amount: a refund's own amount, or what was received of what was asked for. */
  readonly amountPercent?: number;
  /** Of the amount, everything refunded so far. */
  readonly refundedPercent?: number;
  /** On the provider's clock, after the step before; else some seconds. */
  readonly afterDays?: number;
  /** Members that only some steps of a provider have. */
  readonly details?: Details;
};

export type Details = Readonly<Record<string, string | number | boolean | null>>;

export function kindOf(role: Role): ObjectKind {
  return role.replace(/-\d+$/, '') as ObjectKind;
}

export function mainRole({ main }: Pick<Scenario, 'main'>): Role {
  return main ?? 'payment';
}
