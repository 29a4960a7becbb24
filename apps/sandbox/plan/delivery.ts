import type { OrderStatus } from '#ledger/order/order.js';
import { makeToken } from '#providers/per-payment-token.js';
import type { BookEntry, Happening, SandboxPayment } from '../books/payment.js';
import { cobruCallback } from './cobru-payload.js';
import { mintcashEvent, mintcashSignature } from './mintcash-payload.js';
import type { PlayedAccount } from './played-accounts.js';
import type { PlayedProvider } from './scenarios.js';
import { digestOf, slugFrom, uuidFrom } from './seeded-random.js';

/** One POST to a webhook source, ready to send. */
export type PlannedDelivery = {
  /** Unique within its plan. */
  readonly id: string;
  readonly source: string;
  readonly provider: PlayedProvider;
  /** The provider's name of what happened. */
  readonly event: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Since the start of the plan. */
  readonly dueMs: number;
  readonly isGenuine: boolean;
  /** 0 is the first sending, 1 and on are duplicates of it. */
  readonly copy: number;
  /** How a forgery is made; null when it is genuine. */
  readonly forgery: Forgery | null;
  readonly orderId: string;
  /** What its order ends as once the whole plan is delivered; null where no order is expected. */
  readonly expectedFinalStatus: OrderStatus | null;
  /** What the provider's books say from this delivery on; null for a forgery. */
  readonly books: { readonly reference: string; readonly happening: Happening } | null;
};

export const FORGERIES = [
  'wrong-secret',
  'no-signature',
  'tampered-body',
  'claims-paid',
  'names-another-order',
] as const;

/**
 * - `wrong-secret`, `no-signature`, `tampered-body`: MintCash, to be refused with 401.
 * - `claims-paid`: Cobru, the payment's own slug with state 3 and no secret in the URL.
 * - `names-another-order`: Cobru, a slug that does not exist, with a victim's order id everywhere.
 */
export type Forgery = (typeof FORGERIES)[number];

export type DeliveryParts = {
  readonly played: PlayedAccount;
  readonly payment: SandboxPayment;
  readonly happening: Happening;
  readonly expectedFinalStatus: OrderStatus | null;
  /** Members of the body to replace before it is signed, by path (`data.amount`). */
  readonly replaced?: Readonly<Record<string, unknown>>;
};

/** Signed, or with its secret in the URL, as the provider would send it. */
export function genuineDelivery(parts: DeliveryParts): PlannedDelivery {
  const { played, payment, happening } = parts;
  const { body, contentType } = encodeBody(parts);
  return {
    ...addressOf(parts),
    id: `${payment.reference}/${happening.step}/${happening.event}`,
    query: payment.provider === 'cobru' ? callbackQuery(played, payment) : {},
    headers: { 'content-type': contentType, ...signatureHeaders(played, body) },
    body,
    isGenuine: true,
    forgery: null,
    books: { reference: payment.reference, happening },
  };
}

/** What somebody without the secrets can send. */
export function forgedDelivery(parts: DeliveryParts, forgery: Forgery): PlannedDelivery {
  const { payment, happening } = parts;
  const forged: DeliveryParts = {
    ...parts,
    payment:
      forgery === 'names-another-order'
        ? { ...payment, reference: slugFrom(`forged/${payment.reference}/${happening.step}`) }
        : payment,
    happening: { ...happening, event: payment.provider === 'cobru' ? 'state.3' : happening.event },
  };
  const { body, contentType } = encodeBody({
    ...forged,
    replaced: {
      ...parts.replaced,
      // An event id of its own: a copied one would only be a duplicate.
      ...(payment.provider === 'mintcash' && {
        eventId: uuidFrom(`forged/${payment.reference}/${happening.step}/${forgery}`),
      }),
    },
  });
  return {
    ...addressOf(forged),
    id: `${payment.reference}/${happening.step}/${forgery}`,
    query: forgery === 'names-another-order' ? { ref: payment.orderId, t: 'guessed' } : {},
    headers: { 'content-type': contentType, ...forgedHeaders(parts, { forgery, body }) },
    body,
    isGenuine: false,
    forgery,
    books: null,
  };
}

/** The payment that a forged delivery can name, when the books have none. */
export function isRefusedForgery(forgery: Forgery): boolean {
  return forgery !== 'claims-paid' && forgery !== 'names-another-order';
}

/** The last known step of a payment, as the start of the next one. */
export function nextStepIndex(entry: BookEntry): number {
  return (entry.history.at(-1)?.step ?? -1) + 1;
}

function addressOf({ played, payment, happening, expectedFinalStatus }: DeliveryParts) {
  return {
    source: played.source.name,
    provider: payment.provider,
    event: happening.event,
    dueMs: 0,
    copy: 0,
    orderId: payment.orderId,
    expectedFinalStatus,
  };
}

function encodeBody({ played, payment, happening, replaced = {} }: DeliveryParts): {
  readonly body: Buffer;
  readonly contentType: string;
} {
  const members =
    payment.provider === 'cobru'
      ? cobruCallback(payment, happening)
      : mintcashEvent(payment, happening, played.account.environment);
  for (const [path, value] of Object.entries(replaced)) replaceMember(members, path, value);
  if (payment.provider === 'cobru' && payment.encoding === 'form') {
    const form = new URLSearchParams(
      Object.entries(members).map(([name, value]): [string, string] => [name, String(value)]),
    );
    return {
      body: Buffer.from(form.toString()),
      contentType: 'application/x-www-form-urlencoded',
    };
  }
  return { body: Buffer.from(JSON.stringify(members)), contentType: 'application/json' };
}

/** A bare name that only `data` has means the member there. */
function replaceMember(members: Record<string, unknown>, path: string, value: unknown): void {
  const names = path.split('.');
  const last = names.pop() ?? '';
  const data = members['data'];
  let target = members;
  if (names.length === 0 && !(last in members) && isRecord(data) && last in data) target = data;
  for (const name of names) {
    const next = Object.hasOwn(target, name) ? target[name] : undefined;
    const inner: Record<string, unknown> = isRecord(next) ? next : {};
    target[name] = inner;
    target = inner;
  }
  target[last] = value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function signatureHeaders({ source }: PlayedAccount, body: Buffer): Record<string, string> {
  const { verification } = source;
  if (verification.mode !== 'hmac') return {};
  const secret = verification.secrets[0]?.value ?? '';
  return { [verification.header]: `${verification.prefix}${mintcashSignature(body, secret)}` };
}

function forgedHeaders(
  parts: DeliveryParts,
  { forgery, body }: { forgery: Forgery; body: Buffer },
): Record<string, string> {
  const { verification } = parts.played.source;
  if (verification.mode !== 'hmac' || forgery === 'no-signature') return {};
  const signature =
    forgery === 'tampered-body'
      ? signatureHeaders(parts.played, encodeBody(parts).body)[verification.header]
      : mintcashSignature(body, 'not-the-secret');
  return { [verification.header]: signature ?? '' };
}

/** Half of the payments use a token of their own where the source has a key for it. */
function callbackQuery(
  { account, source }: PlayedAccount,
  payment: SandboxPayment,
): Record<string, string> {
  const { verification } = source;
  if (verification.mode !== 'url') return { ref: payment.orderId };
  const [key] = verification.tokenKeys;
  const [secret] = verification.secrets;
  const usesToken =
    key !== undefined && (secret === undefined || digestOf(payment.reference) < '8');
  const credential = usesToken
    ? makeToken({ key, account: account.id, reference: payment.orderId })
    : (secret?.value ?? '');
  return {
    [verification.referenceParameter]: payment.orderId,
    [verification.parameter]: credential,
  };
}
