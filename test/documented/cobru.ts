import type { DocumentedExample, DocumentedMeaning } from './documented-example.js';

const COMPLETED: DocumentedMeaning = {
  subject: 'payment/3gofdf6f',
  eventType: 'state.3',
  about: 'payment',
  status: 'succeeded',
  amount: '50000.00 COP',
  orderId: null,
};

const DOCUMENTED =
  '{"orderId":"123","state":3,"payment_method":"Bre-B","amount":"50000.00","url":"3gofdf6f"}';

const ORIGINAL = `{"payed":true,"url":"8xfiz72r","state":3,"amount":50000,"payed_amount":44050,"fee_amount":5000.0,"iva_amount":950.0,
 "payment_method":"pse","payer_name":"Test Payer","payer_email":"payer@example.com","payer_id_type":"cc",
 "payer_id":"1000000000","payer_phone":"3000000000","description":"test"}`;

const CREATED = `{"pk":27150,"amount":"50000.00","state":0,"date_created":"2026-04-06T01:38:31.847828-05:00","payment_method":null,
 "url":"3gofdf6f","owner":"3000000000","name":"Merchant SAS","payed_amount":"47605.00","client_assume_costs":false,
 "payment_method_enabled":"{\\"breb\\":true}","expiration_days":1,"fee_amount":2395,"fee_iva_amount":380,"platform":"desconocido",
 "callback":"https://...","fee_iva":0.19,"iva_amount":0,"not_send_email":false,"by_topup":false,"bank_withdraw":null,
 "payer_redirect_url":"https://...","franchise":null,"idempotency_key":"3000000000_8de7c88b84...","wallet_bitcoin":null,
 "amount_bitcoin":null,"currency":null,"currency_code":"COP"}`;

const DETAIL = `{"fee_amount":6383,"payer_id":"10000000","payer_name":"Test Payer","payment_method":"efecty","state":1,
 "payer_email":"payer@example.com","payment_method_enabled":"{\\"efecty\\": true, \\"pse\\": true }","date_payed":"","url":"ufa8q176",
 "amount":107595,"expiration_days":7,"payer_phone":"3000000000","iva_amount":1212.77,"date_expired":1553248799000,
 "date_created":1552593282000,"images":null,"description":"description","payed_amount":100000}`;

const CREATE = `{"amount":50000,"description":"Order #123","expiration_days":1,"client_assume_costs":false,"iva":0,
 "payment_method_enabled":"{\\"breb\\":true,\\"pse\\":true,\\"NEQUI\\":true}","platform":"API",
 "payer_redirect_url":"https://shop.example/ok","callback":"https://shop.example/hooks/cobru?ref=ORD-1&t=SECRET",
 "idempotency_key":"ORD-1"}`;

const BANK = `{"id":112941,"date_created":"2023-09-20 15:28:09","date_deposited":"","date_consigned":"","date_rejected":"2023-09-20 15:28:23",
 "state":5,"amount":19370,"payed_amount":10000,"account_holder_name":"TEST","account_type":0,"account_holder_document_type":0,
 "account_holder_document":"21342134","account_phone":"+57000000","account_email":"","bank_name":18,"note":null,
 "description":"testeo callback_","account_number":"0909090119"}`;

const CASH =
  'id=230&date_created=2022-08-17+16%3A08%3A36&date_deposited=&date_consigned=&date_rejected=&date_cancelled=2022-07-27+16%3A09%3A07&state=5&amount=13015&name=Testeo+efecty&document=213232323';

/** Cobru's documentation: sections 2.1 to 2.7 of the dossier. */
export const COBRU_EXAMPLES: readonly DocumentedExample[] = [
  command('2.1 token refresh', '{"refresh":"..."}'),
  command('2.1 access token', '{"access":"eyJ..."}'),
  command('2.2 create payment', CREATE),
  refusal('2.2 methods as an object', '{"payment_method_enabled":["Not a valid string."]}'),
  refusal('2.2 create without a callback', '{"error":"Error en la creacion del cobru."}'),
  {
    name: 'Cobru 2.2 created payment',
    role: 'command',
    body: CREATED,
    subject: { kind: 'payment', reference: '3gofdf6f' },
    expected: { ...COMPLETED, eventType: 'lookup', status: 'created' },
  },
  {
    name: 'Cobru 2.3 lookup',
    role: 'lookup',
    body: DETAIL,
    subject: { kind: 'payment', reference: 'ufa8q176' },
    expected: {
      ...COMPLETED,
      subject: 'payment/ufa8q176',
      eventType: 'lookup',
      status: 'pending',
      amount: '107595.00 COP',
    },
  },
  command(
    '2.3 balance',
    '{"balance":"14179.25","balance_cop":"...","balance_usd":"...","balance_ars":"...","balance_mxn":"...","balance_brl":"..."}',
  ),
  command('2.3 update to expired', '{"result":"OK"}'),
  command('2.3 Bre-B status', '{"state":"COMPLETED|REJECTED|CANCELLED|EXPIRED"}'),
  webhook('2.4 payment callback', DOCUMENTED, COMPLETED),
  {
    name: 'Cobru 2.4 payment callback through the URL of 2.2',
    role: 'webhook',
    body: DOCUMENTED,
    query: { ref: 'ORD-1' },
    expected: { ...COMPLETED, orderId: 'ORD-1' },
  },
  webhook('2.4 original payment callback', ORIGINAL, {
    ...COMPLETED,
    subject: 'payment/8xfiz72r',
  }),
  {
    name: 'Cobru 2.4 original payment callback as a form, Payed',
    role: 'webhook',
    body: 'Payed=True&url=8xfiz72r&state=3&amount=50000&payed_amount=44050&fee_amount=5000.0&iva_amount=950.0&payment_method=pse',
    contentType: 'application/x-www-form-urlencoded',
    expected: { ...COMPLETED, subject: 'payment/8xfiz72r' },
  },
  webhook('2.6 bank withdrawal callback', BANK, {
    ...COMPLETED,
    subject: 'bank-withdrawal/112941',
    eventType: 'state.5',
    status: 'failed',
    amount: '19370.00 COP',
  }),
  {
    name: 'Cobru 2.6 cash withdrawal callback',
    role: 'webhook',
    body: CASH,
    contentType: 'application/x-www-form-urlencoded',
    expected: {
      ...COMPLETED,
      subject: 'cash-withdrawal/230',
      eventType: 'state.5',
      status: 'failed',
      amount: '13015.00 COP',
    },
  },
  refusal('2.7 error', '{"error":"..."}'),
  refusal('2.7 field errors', '{"<field>":["..."]}'),
  refusal('2.7 detail', '{"detail":"..."}'),
  refusal('2.7 result', '{"result":"COBRU_IS_PAYED"}'),
  refusal('2.7 error and msg', '{"error":true,"msg":"unknown payment method"}'),
  refusal('2.7 message and code', '{"message":"...","error":true,"code":1}'),
  command(
    '2.7 submitted payer details',
    '"[{\\"model\\":\\"api.paymentorder\\"},{\\"model\\":\\"api.cobru\\"}]"',
  ),
];

function command(what: string, body: string): DocumentedExample {
  return { name: `Cobru ${what}`, role: 'command', body };
}

function refusal(what: string, body: string): DocumentedExample {
  return { name: `Cobru ${what}`, role: 'error', body };
}

function webhook(what: string, body: string, expected: DocumentedMeaning): DocumentedExample {
  return { name: `Cobru ${what}`, role: 'webhook', body, expected };
}
