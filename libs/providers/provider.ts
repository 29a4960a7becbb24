import type { DataSchema, Observation } from '#events/observation.js';
import type { Subject, SubjectKind } from '#events/subject.js';
import type { CustomerDetails } from '#ledger/customer/customer.js';
import type { PaymentDetails } from '#ledger/payment/payment-fact.js';
import type { ReportLine } from '#ledger/payment/report-line.js';
import type { SubscriptionDetails } from '#ledger/subscription/subscription.js';
import type { Account } from './account.js';
import type { AmountFormat } from './amount.js';
import type { CatalogueEntry } from './catalogue.js';
import type { ProviderName } from './provider-name.js';

/** The contract that one provider's folder fulfils; `registry.ts` lists them. */
export type Provider = {
  readonly name: ProviderName;
  /**
   * What the values of new observations are called in their envelope, by the shape of the
   * value.
   */
  readonly schemas: { readonly webhook: DataSchema; readonly lookup: DataSchema | null };
  /**
   * Edge: which members of a delivery are facts, and which subject they concern. Gives no
   * meaning.
   */
  extractWebhook(delivery: Delivery): Extraction;
  /**
   * Projection: what an observation means. Pure, total, and dated: `recordedAtMs` picks the profile
   * and the interpreter in force when the log took the observation.
   */
  interpret(observation: Observation, recordedAtMs: number): Interpretation;
  /**
   * Kinds of subjects whose refunds have an id, and so a subject, of their own. Such a payment's state is its
   * own facts merged with its refunds', which post for themselves. Empty where refunds have none.
   */
  readonly refundedApart: readonly SubjectKind[];
  /** Kinds of the subjects that money moves for: what a line of a settlement report may name. */
  readonly movementKinds: readonly SubjectKind[];
  /** How amounts in its settlement reports are written, as the profile in force says. */
  reportAmounts(recordedAtMs: number): AmountFormat;
  /** Which of its subjects can be asked for; others wait for the provider's next word. */
  readonly lookupKinds: readonly SubjectKind[];
  /** Asks the provider's API; null where the provider has no lookup that we use. */
  readonly client: ((account: Account, ports: ClientPorts) => ProviderClient) | null;
  /** Every status and event name that the provider documents, in each of its shapes. */
  readonly catalogue: readonly CatalogueEntry[];
};

export type Delivery = {
  readonly account: Account;
  /** Name of the webhook source. */
  readonly route: string;
  readonly body: Buffer;
  /** As sent, or null. */
  readonly contentType: string | null;
  /** Decoded, first value of each name; credentials are already taken out. */
  readonly query: Readonly<Record<string, string>>;
};

export type Extraction =
  | {
      readonly readable: true;
      /** Facts: `{"body":…,"query":…}`, source tokens verbatim. */
      readonly value: Buffer;
      /** Null where no subject is named: the observation goes unkeyed. */
      readonly subject: Subject | null;
      /** `test` or `live` where the body says so. */
      readonly environment: string | null;
      readonly providerTraceIds: readonly string[];
      /** Paths of named members whose content did not fit their shape: to be counted. */
      readonly withheld: readonly string[];
    }
  | {
      readonly readable: false;
      /** What can still be kept: `{"body":null,"query":…}`. */
      readonly value: Buffer;
      /** Why, in kebab words: `malformed-json`, `too-deep`, `duplicate-member`, … */
      readonly reason: string;
    };

export type Interpretation =
  | { readonly event: ProviderEvent }
  /** Kept, counted, without effect: unknown event, probe, unreadable body. */
  | { readonly ignored: string };

export type ProviderEvent = {
  /** The provider's own name, e.g. `payment.succeeded` or `state.3`. */
  readonly eventType: string;
  /** Completes (account, subject, eventType, id) for dedupe; see the golden table of keys. */
  readonly dedupeId: string;
  /** What the provider calls this delivery, where it has an id: searchable. */
  readonly providerEventId: string | null;
  /** The order that the evidence names, with the power that its trust gives it. */
  readonly orderId: string | null;
  /** The provider's time, ISO 8601 UTC. */
  readonly occurredAt: string | null;
  /** Other ids of the provider for the same payment: searchable. */
  readonly references: readonly string[];
  readonly tells: Telling;
};

/** What an event says of its subject. */
export type Telling =
  /** Of a payment, a withdrawal or a refund; null where a lookup answered that there is none. */
  | { readonly about: 'payment'; readonly fact: PaymentDetails | null }
  | { readonly about: 'subscription'; readonly fact: SubscriptionDetails }
  | { readonly about: 'customer'; readonly fact: CustomerDetails }
  /** Of the movement that the subject is, or, where the line names none, of the line itself. */
  | { readonly about: 'report-line'; readonly fact: ReportLine };

export type ClientPorts = {
  readonly http: HttpCall;
  readonly nowMs: () => number;
};

/** The HTTP client of `platform`, as a function: bounded, with time-outs, without redirects. */
export type HttpCall = (request: {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}) => Promise<{
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}>;

export type ProviderClient = {
  /**
   * Asks for one subject of `lookupKinds`. A found and a not-found answer are both observations; an error of the
   * network or a 5xx is thrown as `ProviderUnavailable` and is an attempt, not an observation.
   */
  lookup(subject: Subject): Promise<LookupAnswer>;
};

export type LookupAnswer = {
  readonly found: boolean;
  /** The exact bytes of the answer, to be sealed. */
  readonly body: Buffer;
  readonly contentType: string | null;
  /** Facts of the answer, as in `Extraction`: `{"body":…,"query":{"status":200}}`. */
  readonly value: Buffer;
  readonly askedAtMs: number;
  readonly providerTraceIds: readonly string[];
};

export class ProviderUnavailable extends Error {
  override readonly name = 'ProviderUnavailable';
  /** What the provider asked us to wait, where it did. */
  readonly retryAfterMs: number | null;
  constructor(message: string, options: { retryAfterMs: number | null; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.retryAfterMs = options.retryAfterMs;
  }
}
