import { createHmac } from 'node:crypto';
import { uuidV5 } from '#events/uuid.js';

/** The one secret that every sender here proves itself by, in its own way. */
export const BENCH_SECRET = 'bench-signing-secret';

export const DELIVERY_NAMES = [
  'mintcash',
  'cobru',
  'conomy-a',
  'conomy-b',
  'tonder-direct',
  'tonder-hosted',
] as const;

export type DeliveryName = (typeof DELIVERY_NAMES)[number];

/** One way in which a provider delivers; its source is named as it is. */
export type BenchDelivery = {
  readonly provider: string;
  /** As the accounts file has it. */
  readonly verification: object;
  /** Another event of another payment for every name. */
  readonly make: (name: string) => SentDelivery;
};

export type SentDelivery = {
  /** What follows the `?`; empty where nothing does. */
  readonly query: string;
  /** But for the host and the length; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
};

const SECRETS = [{ id: 's1', value: BENCH_SECRET }];

/**
 * Each as its provider documents it, with made-up people. MintCash's is of about 1 kB, the others of
 * 100 to 600 bytes.
 */
export const DELIVERIES: Readonly<Record<DeliveryName, BenchDelivery>> = {
  mintcash: {
    provider: 'mintcash',
    verification: { mode: 'hmac', secrets: SECRETS },
    make: (name) => signed('x-signature', mintcashEvent(name)),
  },
  cobru: {
    provider: 'cobru',
    verification: { mode: 'url', secrets: SECRETS },
    make: (name) => ({
      query: `ref=ORD-${idOf(name).slice(0, 8)}&t=${BENCH_SECRET}`,
      headers: JSON_HEADERS,
      body: Buffer.from(JSON.stringify(cobruCallback(name))),
    }),
  },
  'conomy-a': {
    provider: 'conomy',
    verification: {
      mode: 'any',
      of: [
        { mode: 'hmac', in: 'bodyField' },
        { mode: 'hmac', in: 'header' },
      ],
      secrets: SECRETS,
    },
    make: (name) => {
      const event = conomyCaptured(name);
      const signature = signatureOf(JSON.stringify(event));
      const body = Buffer.from(JSON.stringify({ ...event, signature }));
      return { query: '', headers: JSON_HEADERS, body };
    },
  },
  'conomy-b': {
    provider: 'conomy',
    verification: { mode: 'hmac', header: 'x-webhook-signature', secrets: SECRETS },
    make: (name) => signed('x-webhook-signature', conomySettled(name)),
  },
  'tonder-direct': {
    provider: 'tonder',
    verification: { mode: 'static', scheme: 'bearer', secrets: SECRETS },
    make: (name) => ({
      query: '',
      headers: { ...JSON_HEADERS, authorization: `Bearer ${BENCH_SECRET}` },
      body: Buffer.from(JSON.stringify(tonderPayment(name))),
    }),
  },
  'tonder-hosted': {
    provider: 'tonder',
    verification: { mode: 'hmac', header: 'tonder-signature', secrets: SECRETS },
    make: (name) => signed('tonder-signature', tonderSession(name)),
  },
};

const JSON_HEADERS = {
  'user-agent': 'Provider-Webhooks/1.0',
  'content-type': 'application/json',
} as const;

function signed(header: string, event: object): SentDelivery {
  const body = Buffer.from(JSON.stringify(event));
  return { query: '', headers: { ...JSON_HEADERS, [header]: signatureOf(body) }, body };
}

function signatureOf(text: string | Buffer): string {
  return createHmac('sha256', BENCH_SECRET).update(text).digest('hex');
}

function idOf(name: string): string {
  return uuidV5(`payment/${name}`);
}

function mintcashEvent(name: string): object {
  const payment = idOf(name);
  return {
    eventId: uuidV5(`event/${name}`),
    event: 'payment.succeeded',
    type: 'payment',
    apiVersion: '2026-05-01',
    environment: 'test',
    createdAt: '2026-06-15T12:00:01.250Z',
    data: {
      id: payment,
      externalId: `ORD-${payment.slice(0, 13)}`,
      status: 'succeeded',
      amount: 49.99,
      currency: 'USD',
      providerTransactionId: `cpi_${payment.slice(0, 8)}`,
      failureCode: null,
      failureMessage: null,
      amountRefunded: 0,
      amountRefundable: 49.99,
      customer: {
        id: `cust_${payment.slice(24)}`,
        externalId: 'customer-1',
        email: 'buyer@example.com',
        name: 'Test Buyer',
        phone: '+15551234567',
      },
      billingAddress: {
        country: 'US',
        postalCode: '10001',
        name: 'Test Buyer',
        line1: '1 Example Ave',
        line2: null,
        city: 'New York',
        state: 'NY',
      },
      card: { brand: 'mastercard', last4: '0000', expMonth: 12, expYear: 2030 },
      cardToken: `tok_${payment.slice(24)}`,
      createdAt: '2026-06-15T11:59:58.000Z',
      updatedAt: '2026-06-15T12:00:01.000Z',
    },
  };
}

function cobruCallback(name: string): object {
  const url = idOf(name).slice(0, 8);
  return { orderId: '123', state: 3, payment_method: 'Bre-B', amount: '50000.00', url };
}

function conomyCaptured(name: string): object {
  return {
    event: 'Transaction.Captured',
    data: {
      transaction: {
        id: objectIdOf(name),
        purchaseAmount: '50000',
        totalAmount: '50000',
        externalId: idOf(name).slice(0, 13),
        currency: 'COP',
        status: 'CAPTURED',
      },
    },
  };
}

function conomySettled(name: string): object {
  return {
    eventType: 'payment.settled',
    timestamp: '2026-04-17T15:30:00Z',
    transaction: {
      id: objectIdOf(name),
      externalId: `bm_${idOf(name).slice(0, 13)}`,
      status: 'SETTLED',
      totalAmount: '2000.00',
      currency: 'ARS',
      type: 'TOPUP_ACCOUNT',
      parentPaymentId: null,
      relatedPaymentId: null,
      customerId: '69e25243baa9fd9b463d6bac',
      settledAt: '2026-04-17T15:30:00Z',
      expiredAt: null,
      unsettledAt: null,
      unsettledReason: null,
      settlementBatchId: 'settlement-ARS-1744889400',
      documentationStatus: null,
    },
    identity: { id: '69e25243baa9fd9b463d6bad', email: 'payer@example.com' },
  };
}

/** Of 24 hex digits. */
function objectIdOf(name: string): string {
  return idOf(name).replaceAll('-', '').slice(0, 24);
}

function tonderPayment(name: string): object {
  const id = idOf(name);
  return {
    id,
    operation_type: 'payment',
    amount: '70',
    currency: 'MXN',
    client_reference: uuidV5(`reference/${name}`),
    status: 'Success',
    provider: 'tonder',
    transaction_id: uuidV5(`transaction/${name}`),
    payment_method_type: 'SPEI',
    created: '2026-05-21T19:15:32.029134Z',
    metadata: { order_id: `ORD-${id.slice(0, 8)}` },
    event_type: 'payment_Success',
    action: 'MODIFY',
  };
}

function tonderSession(name: string): object {
  const id = idOf(name);
  return {
    action: 'session.completed',
    type: 'checkout.hosted',
    data: {
      id: `cs_97_41528_${id.slice(24)}`,
      url: `https://checkout.example.com/cs_97_41528_${id.slice(24)}`,
      amount_total: 15_000,
      currency: 'MXN',
      status: 'completed',
      payment_id: 41_528,
      transaction_status: 'Success',
      paid_at: 1_751_478_550_234,
      customer: { first_name: 'Test', last_name: 'Buyer', email: 'payer@example.com' },
      metadata: { external_id: `ORD-${id.slice(0, 8)}` },
    },
  };
}
