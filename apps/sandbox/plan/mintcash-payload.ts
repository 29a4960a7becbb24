import { createHmac } from 'node:crypto';
import { majorUnits, type Happening, type SandboxPayment } from '../books/payment.js';
import { digestOf, uuidFrom } from './seeded-random.js';

/**
 * The body of a MintCash webhook, in the documented form or in the one seen in real test deliveries
 * ("MintCash payment event", providers' notes 4.3). Personal-looking members are placeholders: they are
 * there so that redaction has something to do.
 */
export function mintcashEvent(
  payment: SandboxPayment,
  happening: Happening,
  environment: 'test' | 'live',
): Record<string, unknown> {
  const { exponent, reference } = payment;
  return {
    eventId: uuidFrom(`event/${reference}/${happening.event}/${happening.step}`),
    event: happening.event,
    type: 'payment',
    apiVersion: '2026-05-01',
    environment,
    createdAt: new Date(happening.atMs).toISOString(),
    data: {
      id: reference,
      externalId: payment.orderId,
      status: statusAfter(happening.event),
      amount: majorUnits(payment.amountMinor, exponent),
      currency: payment.currency,
      providerTransactionId: `cpi_${digestOf(reference).slice(0, 16)}`,
      failureCode: happening.event === 'payment.failed' ? 'general_fatal_error' : null,
      failureMessage: happening.event === 'payment.failed' ? 'Declined by the issuer.' : null,
      amountRefunded: majorUnits(happening.refundedMinor, exponent),
      amountRefundable: majorUnits(payment.amountMinor - happening.refundedMinor, exponent),
      ...(payment.shape === 'documented'
        ? documentedMembers(payment, happening)
        : originalMembers(payment)),
    },
  };
}

/** Lower-case hex HMAC-SHA256 over the raw body, header `x-signature`. */
export function mintcashSignature(body: Buffer, secret: string): string {
  return createHmac('sha256', secret).update(body).digest('hex');
}

function statusAfter(event: string): string {
  // A refund that failed leaves the payment as it was.
  return event === 'payment.refund_failed' ? 'succeeded' : event.slice('payment.'.length);
}

function documentedMembers(payment: SandboxPayment, happening: Happening): Record<string, unknown> {
  const customer = digestOf(payment.orderId).slice(0, 10);
  return {
    customer: {
      id: `cust_${customer}`,
      externalId: `customer-${customer}`,
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
    cardToken: `tok_${customer}`,
    createdAt: new Date(payment.createdAtMs).toISOString(),
    updatedAt: new Date(happening.atMs).toISOString(),
  };
}

function originalMembers(payment: SandboxPayment): Record<string, unknown> {
  return {
    customer: {
      id: uuidFrom(`customer/${payment.orderId}`),
      externalId: 'customer-1',
      email: 'x@example.com',
      name: 'Demo',
      phone: null,
    },
    billingAddress: {
      country: 'GB',
      postalCode: 'SW1A 1AA',
      name: null,
      line1: null,
      line2: null,
      city: null,
      state: null,
    },
    card: {
      brand: 'mastercard',
      first6: '551928',
      last4: '0000',
      mask: '551928******0000',
      expMonth: '03',
      expYear: '31',
    },
  };
}
