import type { Subject } from '#events/subject.js';

/**
 * One example of a provider's documentation, byte for byte, and what Cuadre makes of it. A provider's
 * list holds every JSON example of its documentation, in its order.
 */
export type DocumentedExample = {
  /** `{Provider} {section} {what}`: the name of its test. */
  readonly name: string;
  /**
   * `webhook`: posted to us · `lookup`: what the API answers about `subject` · `command`: the body of
   * a request or the answer to one · `error`: an answer that refuses.
   */
  readonly role: 'webhook' | 'lookup' | 'error' | 'command';
  /** The exact text. */
  readonly body: string;
  readonly contentType?: string;
  /** Members of the callback URL's query; those of credentials are already taken out. */
  readonly query?: Readonly<Record<string, string>>;
  /** What was asked for, of a lookup, or of another answer that the client reads as one. */
  readonly subject?: Omit<Subject, 'account'>;
  /** None for commands and errors that nothing here parses. */
  readonly expected?: DocumentedMeaning;
};

export type DocumentedMeaning = {
  /** `kind/reference`; null where the delivery goes unkeyed. */
  readonly subject: string | null;
  readonly eventType: string | null;
  readonly about: 'payment' | 'subscription' | 'customer' | null;
  /** The word that readers see (`statusByKind`); a customer's level. */
  readonly status: string | null;
  /** `50000.00 COP` */
  readonly amount: string | null;
  readonly orderId: string | null;
  /** What was asked for, where it is told beside what came. Default: nothing. */
  readonly expected?: string;
  /** Default: none. */
  readonly marks?: readonly string[];
  /** Why it has no effect; then everything but `subject` is null. */
  readonly ignored?: string;
};
