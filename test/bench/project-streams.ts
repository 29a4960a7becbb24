import type { LogRecord } from '#events/record.js';
import { uuidV5, uuidV7 } from '#events/uuid.js';
import {
  cobruCallback,
  cobruLookup,
  conomyWebhook,
  mintcashWebhook,
  tonderWebhook,
} from '../harness/observe.js';

/** Every payment of a stream is told of by so many records. */
export const STREAM_LIFE_EVENTS = 3;

const SEALED_BYTES = 900;
const START_MS = 1_770_000_000_000;

/** Payments of one signed provider: created, pending, succeeded. */
export function mintcashStream(events: number): readonly LogRecord[] {
  return streamOf(events, mintcashLife);
}

/** The four providers in turn: signed events, claims with their lookups, settlement batches. */
export function mixedStream(events: number): readonly LogRecord[] {
  const lives = [mintcashLife, conomyLife, cobruLife, tonderLife] as const;
  return streamOf(events, (n) => (lives[n % lives.length] ?? mintcashLife)(n));
}

function streamOf(events: number, lifeOf: (n: number) => readonly LogRecord[]): LogRecord[] {
  const payments = Math.ceil(events / STREAM_LIFE_EVENTS);
  return Array.from({ length: payments }, (_, n) => lifeOf(n))
    .flat()
    .slice(0, events)
    .map((record, n) => ({
      ...record,
      headers: { ...record.headers, ce_sealed: Buffer.alloc(SEALED_BYTES, n) },
    }));
}

function mintcashLife(n: number): readonly LogRecord[] {
  return ['created', 'pending', 'succeeded'].map((event) =>
    mintcashWebhook(uuidV7(), {
      eventId: uuidV5(`pmt-${n}/${event}`),
      event: `payment.${event}`,
      type: 'payment',
      apiVersion: '2026-05-01',
      environment: 'test',
      createdAt: timeOf(n),
      data: {
        id: `pmt-${n}`,
        externalId: `ORD-${n}`,
        status: event,
        amount: 49.99,
        currency: 'USD',
        providerTransactionId: `cpi_${n}`,
        amountRefunded: 0,
      },
    }),
  );
}

function conomyLife(n: number): readonly LogRecord[] {
  return ['CAPTURED', 'RECEIVED', 'SETTLED'].map((status) =>
    conomyWebhook(uuidV7(), {
      eventType: 'transaction.status_changed',
      timestamp: timeOf(n),
      transaction: {
        id: `txn-${n}`,
        externalId: `ORD-${n}`,
        status,
        totalAmount: '49990',
        currency: 'CLP',
        type: 'PURCHASE',
        settlementBatchId: status === 'SETTLED' ? `batch-${n >> 8}` : null,
      },
    }),
  );
}

function cobruLife(n: number): readonly LogRecord[] {
  const url = `slug${n}`;
  const callback = (state: number) =>
    cobruCallback(uuidV7(), { url, state, amount: '50000.00' }, { orderId: `ORD-${n}` });
  const body = { url, state: 3, amount: 50000, payed_amount: 47605, fee_amount: 2395 };
  return [callback(1), callback(3), cobruLookup(uuidV7(), { reference: url, asOf: 9n, body })];
}

function tonderLife(n: number): readonly LogRecord[] {
  return ['Pending', 'Processing', 'Success'].map((status) =>
    tonderWebhook(uuidV7(), {
      id: `tdr-${n}`,
      operation_type: 'payment',
      amount: '70',
      currency: 'MXN',
      client_reference: `ORD-${n}`,
      status,
      provider: 'tonder',
      payment_method_type: 'SPEI',
      created: timeOf(n),
      event_type: `payment_${status}`,
      action: 'MODIFY',
    }),
  );
}

function timeOf(n: number): string {
  return new Date(START_MS + n).toISOString();
}
