/** Names and settings of the topics. Outward contracts: other services subscribe to the public ones. */
export type TopicSettings = {
  readonly name: string;
  readonly cleanup: 'delete' | 'compact';
  /** Milliseconds; -1 is for ever. */
  readonly retentionMs: number;
  readonly recordBytesMax: number;
};

const FOR_EVER = -1;
const RECORD_BYTES_MAX = 1_048_576;

/** Everything we ever learnt. Kept for ever, never compacted, read by Cuadre alone. */
export const OBSERVATIONS: TopicSettings = {
  name: 'payments.private.observations.v1',
  cleanup: 'delete',
  retentionMs: FOR_EVER,
  recordBytesMax: RECORD_BYTES_MAX,
};

/** One record per change of a payment's public row, keyed by payment id. */
export const PAYMENT_EVENTS: TopicSettings = {
  name: 'payments.public.payment-events.v1',
  cleanup: 'delete',
  retentionMs: FOR_EVER,
  recordBytesMax: RECORD_BYTES_MAX,
};

/** The latest snapshot of each order, keyed by order id. */
export const ORDER_STATUS: TopicSettings = {
  name: 'payments.public.order-status.v1',
  cleanup: 'compact',
  retentionMs: FOR_EVER,
  recordBytesMax: RECORD_BYTES_MAX,
};
