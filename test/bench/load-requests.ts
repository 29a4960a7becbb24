import { createHmac } from 'node:crypto';
import { uuidV5, uuidV7 } from '#events/uuid.js';

/** The one source that every contestant serves. */
export const SOURCE = 'mintcash';
export const SIGNATURE_HEADER = 'x-signature';
export const SIGNING_SECRET = 'bench-signing-secret';

/** Every delivery another event of another payment, or one event over and over. */
export const WORKLOADS = ['unique', 'duplicates'] as const;
export type Workload = (typeof WORKLOADS)[number];

/** Whole HTTP requests, signed beforehand: the sender's work must not slow the sending down. */
export function signedRequests(count: number): Buffer[] {
  const run = uuidV7();
  return Array.from({ length: count }, (_, n) => signedRequest(`${run}/${n}`));
}

function signedRequest(name: string): Buffer {
  const body = Buffer.from(JSON.stringify(paymentEvent(name)));
  const signature = createHmac('sha256', SIGNING_SECRET).update(body).digest('hex');
  const head = [
    `POST /webhooks/${SOURCE} HTTP/1.1`,
    'host: 127.0.0.1',
    'user-agent: MintCash-Webhooks/1.0',
    'content-type: application/json',
    `content-length: ${body.length}`,
    `${SIGNATURE_HEADER}: ${signature}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]);
}

/** About 1 kB, as MintCash documents it; what looks personal is made up. */
function paymentEvent(name: string): object {
  const payment = uuidV5(`payment/${name}`);
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
