import type { OrderStatus } from '#ledger/order/order.js';
import type { Happening } from '../books/book-object.js';
import { bodyTextOf } from './body-text.js';
import {
  proven,
  secretOf,
  signatureOf,
  wayFor,
  withSignature,
  type UnsignedBody,
} from './credentials.js';
import { claimedPaid, isRefusing, type Forgery } from './forgery.js';
import type { Hostility } from './hostile-body.js';
import { latest, type ToldObject } from './payloads/told-object.js';
import { sourceFor, type PlayedAccount } from './played-accounts.js';
import type { PlayedProvider } from './scenario.js';
import { slugFrom, uuidFrom } from './seeded-random.js';

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
  /** Neither forged nor hostile. */
  readonly isGenuine: boolean;
  /** 0 is the first sending, 1 and on are duplicates of it. */
  readonly copy: number;
  /** Its first sending is lost on the way: only the provider's retry can bring it. */
  readonly isLost: boolean;
  /** How a forgery is made; null when it is none. */
  readonly forgery: Forgery | null;
  /** What is wrong with a hostile body; null when it is none. */
  readonly hostility: Hostility | null;
  /** A forgery that has to be answered with 401. */
  readonly isToBeRefused: boolean;
  /** Our own reference: an order's id, or that of what has no order. */
  readonly orderId: string;
  /** What its order ends as once the whole plan is delivered; null where no order is expected. */
  readonly expectedFinalStatus: OrderStatus | null;
  /** What the provider's books say from this delivery on; null unless it is genuine. */
  readonly books: { readonly reference: string; readonly happening: Happening } | null;
};

export type DeliveryParts = {
  readonly played: PlayedAccount;
  readonly told: ToldObject;
  readonly expectedFinalStatus: OrderStatus | null;
  /** Members of the body to replace before it is signed, by path (`data.amount`). */
  readonly replaced?: Readonly<Record<string, unknown>>;
};

/** Signed, or with its credential, as the provider would send it. */
export function genuineDelivery(parts: DeliveryParts): PlannedDelivery {
  const { played, told } = parts;
  const happening = latest(told);
  const { unsigned, contentType } = unsignedBody(parts);
  const { account } = played;
  const sent = proven(sourceFor(played, told.object).verification, unsigned, { account });
  return {
    ...addressOf(parts),
    id: `${told.object.reference}/${happening.step}/${happening.event}`,
    query: sent.query,
    headers: { 'content-type': contentType, ...providerHeaders(told), ...sent.headers },
    body: Buffer.from(sent.text),
    books: { reference: told.object.reference, happening },
  };
}

/** What somebody without the secrets can send. */
export function forgedDelivery(parts: DeliveryParts, forgery: Forgery): PlannedDelivery {
  const { object } = parts.told;
  const { step } = latest(parts.told);
  const claimed = { ...parts, told: forgedTelling(parts.told, forgery) };
  const forged: DeliveryParts = {
    ...claimed,
    replaced: {
      ...parts.replaced,
      // An event id of its own: a copied one would only be a duplicate.
      ...(object.provider === 'mintcash' && {
        eventId: uuidFrom(`forged/${object.reference}/${step}/${forgery}`),
      }),
    },
  };
  const { unsigned, contentType } = unsignedBody(forged);
  const sent = forgedProof({ parts, forgery, unsigned });
  const { verification } = sourceFor(parts.played, object);
  return {
    ...addressOf(forged),
    id: `${object.reference}/${step}/${forgery}`,
    query: sent.query,
    headers: { 'content-type': contentType, ...providerHeaders(parts.told), ...sent.headers },
    body: Buffer.from(sent.text),
    isGenuine: false,
    forgery,
    isToBeRefused: isRefusing(verification),
  };
}

/** What is the same however a delivery is made. */
export function addressOf({ played, told, expectedFinalStatus }: DeliveryParts) {
  return {
    source: sourceFor(played, told.object).name,
    provider: told.object.provider,
    event: latest(told).event,
    dueMs: 0,
    isGenuine: true,
    copy: 0,
    isLost: false,
    forgery: null,
    hostility: null,
    isToBeRefused: false,
    orderId: told.object.orderId,
    expectedFinalStatus,
    books: null,
  } as const;
}

function unsignedBody({ told, replaced }: DeliveryParts): {
  readonly unsigned: UnsignedBody;
  readonly contentType: string;
} {
  const { text, contentType } = bodyTextOf(told, replaced);
  const unsigned = { text, object: told.object, signedAtMs: latest(told).atMs };
  return { unsigned, contentType };
}

/** The Withdrawals API names its event in a header alone. */
function providerHeaders({ object }: ToldObject): Readonly<Record<string, string>> {
  return object.form === 'withdrawals' ? { 'x-tonder-event': 'withdrawal.status_changed' } : {};
}

function forgedTelling(told: ToldObject, forgery: Forgery): ToldObject {
  if (forgery !== 'claims-paid' && forgery !== 'names-another-order') return told;
  const claimed = claimedPaid(told);
  if (forgery === 'claims-paid') return claimed;
  const { reference } = told.object;
  const unknown = slugFrom(`forged/${reference}/${latest(told).step}`);
  return { ...claimed, object: { ...told.object, reference: unknown } };
}

function forgedProof({
  parts,
  forgery,
  unsigned,
}: {
  readonly parts: DeliveryParts;
  readonly forgery: Forgery;
  readonly unsigned: UnsignedBody;
}) {
  const { played, told } = parts;
  const { verification } = sourceFor(played, told.object);
  const { account } = played;
  switch (forgery) {
    case 'no-signature':
    case 'claims-paid':
      return { headers: {}, query: {}, text: unsigned.text };
    case 'tampered-body': {
      if (verification.mode !== 'hmac' && verification.mode !== 'any') break;
      const way = wayFor(verification, told.object);
      const signature = signatureOf(way, unsigned, secretOf(verification));
      return withSignature(way, { ...unsigned, text: tampered(unsigned.text) }, signature);
    }
    case 'wrong-secret':
    case 'names-another-order':
      break;
  }
  return proven(verification, unsigned, { account, secret: 'guessed' });
}

/** Nine in front of the first amount: much more money under the same signature. */
function tampered(text: string): string {
  const more = text.replace(/("(?:amount|totalAmount|purchaseAmount|amount_total)":"?)/, '$19');
  return more === text ? text.replace(/}$/, ',"tampered":true}') : more;
}
