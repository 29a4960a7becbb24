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
  /** `unsettled`, `reported` (in a batch or a report), or `paid_out` (report lines cover what is due). */
  readonly settlementStatus: 'unsettled' | 'reported' | 'paid_out';
  /** Null while, or after, nothing that can be trusted says what happened to the money. */
  readonly status: string | null;
  readonly amount: MoneyJson | null;
  /** What was asked for, in the currency of the amount; absent in snapshots from before it was told. */
  readonly expected?: MoneyJson | null;
  /** Received less expected; null until money has come and both are known. */
  readonly difference?: MoneyJson | null;
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
  /** Received less expected, by currency; absent in snapshots from before it was told. */
  readonly difference?: readonly MoneyJson[];
  readonly paymentIds: readonly string[];
  readonly flags: readonly string[];
  readonly recordedAt: string;
  readonly foldVersion: number;
  readonly version: string;
};

/** A message that waits in the outbox: the snapshot, and what its headers are made of. */
export type PublicMessage = {
  readonly topic: string;
  /** Id of what the snapshot tells of; also the record's key. */
  readonly key: string;
  /** Type of the CloudEvent. */
  readonly type: string;
  readonly foldVersion: number;
  readonly version: bigint;
  /** Milliseconds since the epoch. */
  readonly recordedAtMs: number;
  /** W3C trace context of what moved it. */
  readonly traceparent: string | null;
  /** The snapshot as JSON. */
  readonly value: string;
};

export function paymentMessage(
  topic: string,
  snapshot: PaymentSnapshotV1,
  traceparent: string | null,
): PublicMessage {
  const type = `cuadre.${snapshot.kind}.changed.v1`;
  return message({ topic, key: snapshot.paymentId, type, traceparent }, snapshot);
}

export function orderMessage(
  topic: string,
  snapshot: OrderSnapshotV1,
  traceparent: string | null,
): PublicMessage {
  return message({ topic, key: snapshot.orderId, type: ORDER_TYPE, traceparent }, snapshot);
}

const ORDER_TYPE = 'cuadre.order.changed.v1';

function message(
  identity: Pick<PublicMessage, 'topic' | 'key' | 'type' | 'traceparent'>,
  snapshot: PaymentSnapshotV1 | OrderSnapshotV1,
): PublicMessage {
  return {
    ...identity,
    foldVersion: snapshot.foldVersion,
    version: BigInt(snapshot.version),
    recordedAtMs: Date.parse(snapshot.recordedAt),
    value: JSON.stringify(snapshot),
  };
}

/** The headers of a message on its public topic: text, because all of them are. */
export function publicHeaders({
  key,
  type,
  foldVersion,
  version,
  recordedAtMs,
  traceparent,
}: Omit<PublicMessage, 'value'>): Readonly<Record<string, string>> {
  return {
    ce_specversion: '1.0',
    ce_id: uuidV5(`${type}/${key}/${foldVersion}/${version}`),
    ce_type: type,
    ce_source: type === ORDER_TYPE ? '/cuadre/orders' : '/cuadre/payments',
    // Header values are text on the wire; order ids may hold anything.
    ce_subject: encodeURIComponent(key),
    ce_time: new Date(recordedAtMs).toISOString(),
    ce_sequence: version.toString().padStart(20, '0'),
    'content-type': 'application/json',
    ...(traceparent === null ? {} : { ce_traceparent: traceparent }),
  };
}
