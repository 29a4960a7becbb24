import type { MoneyJson } from '#ledger/money.js';
import { uuidV5 } from './uuid.js';

/**
 * What other services subscribe to: snapshots of trusted state, as CloudEvents 1.0 in binary mode. Order
 * snapshots by (`foldVersion`, `version`); equal pairs are the same snapshot sent again.
 */
export type PaymentSnapshotV1 = {
  readonly paymentId: string;
  /** `payment`, `withdrawal` or `refund`: the type of the event says the same. */
  readonly kind: 'payment' | 'withdrawal' | 'refund';
  readonly account: string;
  readonly provider: string;
  /** The provider's own id of the payment. */
  readonly reference: string;
  readonly orderId: string | null;
  /** Our own reference of a withdrawal or a refund. */
  readonly clientReference: string | null;
  /** The payment that a refund gives back. */
  readonly parentId: string | null;
  readonly settlementId: string | null;
  /** Null while, or after, nothing that can be trusted says what happened to the money. */
  readonly status: string | null;
  readonly amount: MoneyJson | null;
  readonly net: MoneyJson | null;
  readonly fee: MoneyJson | null;
  readonly tax: MoneyJson | null;
  readonly refunded: MoneyJson | null;
  readonly method: string | null;
  readonly failureCode: string | null;
  readonly flags: readonly string[];
  readonly occurredAt: string | null;
  readonly recordedAt: string;
  readonly foldVersion: number;
  readonly version: string;
};

export type OrderSnapshotV1 = {
  readonly orderId: string;
  readonly status: string;
  readonly paid: readonly MoneyJson[];
  readonly refunded: readonly MoneyJson[];
  readonly paymentIds: readonly string[];
  readonly flags: readonly string[];
  readonly recordedAt: string;
  readonly foldVersion: number;
  readonly version: string;
};

/** A message that waits in the outbox: headers as text, because all of them are. */
export type PublicMessage = {
  readonly topic: string;
  readonly key: string;
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, string>>;
};

export function paymentMessage(
  topic: string,
  snapshot: PaymentSnapshotV1,
  traceparent: string | null,
): PublicMessage {
  return message(topic, {
    type: `cuadre.${snapshot.kind}.changed.v1`,
    source: '/cuadre/payments',
    subject: snapshot.paymentId,
    snapshot,
    traceparent,
  });
}

export function orderMessage(
  topic: string,
  snapshot: OrderSnapshotV1,
  traceparent: string | null,
): PublicMessage {
  return message(topic, {
    type: 'cuadre.order.changed.v1',
    source: '/cuadre/orders',
    subject: snapshot.orderId,
    snapshot,
    traceparent,
  });
}

function message(
  topic: string,
  event: {
    readonly type: string;
    readonly source: string;
    readonly subject: string;
    readonly snapshot: PaymentSnapshotV1 | OrderSnapshotV1;
    readonly traceparent: string | null;
  },
): PublicMessage {
  const { snapshot, subject } = event;
  const headers: Record<string, string> = {
    ce_specversion: '1.0',
    ce_id: uuidV5(`${event.type}/${subject}/${snapshot.foldVersion}/${snapshot.version}`),
    ce_type: event.type,
    ce_source: event.source,
    // Header values are text on the wire; order ids may hold anything.
    ce_subject: encodeURIComponent(subject),
    ce_time: snapshot.recordedAt,
    ce_sequence: snapshot.version.padStart(20, '0'),
    'content-type': 'application/json',
  };
  if (event.traceparent !== null) headers['ce_traceparent'] = event.traceparent;
  return { topic, key: subject, value: Buffer.from(JSON.stringify(snapshot)), headers };
}
