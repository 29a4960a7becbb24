import type { DocumentedExample, DocumentedMeaning } from './documented-example.js';

const DOCUMENTED = `{"eventId":"01HXX...","event":"payment.succeeded","type":"payment","apiVersion":"2026-05-01","environment":"live",
 "createdAt":"2026-05-22T14:32:08.412Z",
 "data":{"id":"pmt_01HXX...","externalId":"order_123","status":"succeeded","amount":49.99,"currency":"USD",
  "providerTransactionId":"provider_txn_abc","failureCode":null,"failureMessage":null,"amountRefunded":0,"amountRefundable":49.99,
  "customer":{"id":"cust_01HXX...","externalId":"cust_42","email":"buyer@example.com","name":"Test Buyer","phone":"+15551234567"},
  "billingAddress":{"country":"US","postalCode":"10001","name":"Test Buyer","line1":"1 Example Ave","line2":null,"city":"New York","state":"NY"},
  "card":{"brand":"mastercard","last4":"0000","expMonth":12,"expYear":2030},"cardToken":"tok_01HXX...",
  "createdAt":"2026-05-22T14:31:50.001Z","updatedAt":"2026-05-22T14:32:08.412Z"}}`;

const OBSERVED = `{"eventId":"e8a963c3-7800-4392-9050-7baf32905048","event":"payment.succeeded","type":"payment","apiVersion":"2026-05-01",
 "environment":"test","createdAt":"2026-06-30T15:41:21.585Z",
 "data":{"id":"5807f36c-a19d-4a65-838c-4749f07ca66e","externalId":"demo-1","status":"succeeded","amount":1.25,"currency":"USD",
  "providerTransactionId":"cpi_9gxlhq37FU0ZamQ6","failureCode":null,"failureMessage":null,"amountRefunded":0,"amountRefundable":1.25,
  "customer":{"id":"<uuid>","externalId":"customer-1","email":"x@example.com","name":"Demo","phone":null},
  "billingAddress":{"country":"GB","postalCode":"SW1A 1AA","name":null,"line1":null,"line2":null,"city":null,"state":null},
  "card":{"brand":"mastercard","first6":"551928","last4":"0000","mask":"551928******0000","expMonth":"03","expYear":"31"}}}`;

const V3 =
  '{"eventId":"e8a963c3-7800-4392-9050-7baf32905048","event":"payment.succeeded","type":"payment","apiVersion":"2026-05-01","environment":"test","createdAt":"2026-06-30T15:41:21.585Z","data":{"id":"5807f36c-a19d-4a65-838c-4749f07ca66e","externalId":"order-1","status":"succeeded","amount":1.25,"currency":"USD"}}';

const SUCCEEDED: DocumentedMeaning = {
  subject: 'payment/5807f36c-a19d-4a65-838c-4749f07ca66e',
  eventType: 'payment.succeeded',
  about: 'payment',
  status: 'succeeded',
  amount: '1.25 USD',
  orderId: 'demo-1',
};

/**
 * MintCash's documentation: sections 4.3 and 4.6 of the dossier, and the message of its vector in
 * section 8. The JSON of refunds and subscriptions is published nowhere.
 */
export const MINTCASH_EXAMPLES: readonly DocumentedExample[] = [
  {
    name: 'MintCash 4.3 documented payment.succeeded',
    role: 'webhook',
    body: DOCUMENTED,
    expected: {
      ...SUCCEEDED,
      subject: 'payment/pmt_01HXX...',
      amount: '49.99 USD',
      orderId: 'order_123',
    },
  },
  {
    name: 'MintCash 4.3 observed payment.succeeded',
    role: 'webhook',
    body: OBSERVED,
    expected: SUCCEEDED,
  },
  {
    name: 'MintCash 4.6 invalid argument',
    role: 'error',
    body: '{"code":"invalid_argument","message":"amount must be a positive integer in cents","details":{"requestId":"req_01HXX..."}}',
  },
  {
    name: 'MintCash 8 message of vector V3',
    role: 'webhook',
    body: V3,
    expected: { ...SUCCEEDED, orderId: 'order-1' },
  },
];
