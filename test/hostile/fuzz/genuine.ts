import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ProviderName } from '#providers/provider-name.js';
import type { DocumentedExample } from '../../documented/documented-example.js';
import { documentOf, type Node } from './document.js';

/** A body that the provider would send, as what the fuzzer changes. */
export type GenuineBody = { readonly document: Node; readonly isForm: boolean };

/** The bodies of every documented webhook of a provider; mutations of them reach every reader. */
export async function genuineBodiesOf(provider: ProviderName): Promise<readonly GenuineBody[]> {
  const found = [...OWN[provider], ...(await documentedBodiesOf(provider))];
  return found.map((text) => {
    const isForm = !text.trimStart().startsWith('{');
    const value: unknown = isForm
      ? Object.fromEntries(new URLSearchParams(text))
      : JSON.parse(text);
    return { document: documentOf(value), isForm };
  });
}

/** An event of a payment of its own that has an effect whatever came before it. */
export function genuineEvent(provider: ProviderName, reference: string): string {
  switch (provider) {
    case 'cobru':
      return `{"orderId":"o-1","state":3,"payment_method":"pse","amount":"50000.00","url":"${reference}"}`;
    case 'conomy':
      return `{"eventType":"payment.settled","timestamp":"2026-04-17T15:30:00Z","transaction":{"id":"${reference}","externalId":"o-1","status":"SETTLED","totalAmount":"2000.00","currency":"ARS","type":"PURCHASE"}}`;
    case 'mintcash':
      return `{"eventId":"e-${reference}","event":"payment.succeeded","type":"payment","environment":"test","createdAt":"2026-06-30T15:41:21.585Z","data":{"id":"${reference}","externalId":"o-1","status":"succeeded","amount":1.25,"currency":"USD"}}`;
    case 'tonder':
      return `{"id":"${reference}","operation_type":"payment","amount":"70","currency":"MXN","client_reference":"o-1","status":"Success","provider":"tonder","transaction_id":"t-1","payment_method_type":"SPEI","created":"2026-05-21T19:15:32.029134Z","event_type":"payment_Success","action":"MODIFY"}`;
  }
}

async function documentedBodiesOf(provider: ProviderName): Promise<readonly string[]> {
  const path = join(import.meta.dirname, '..', '..', 'documented', provider);
  const file = ['.ts', '.js'].map((ending) => path + ending).find((one) => existsSync(one));
  if (file === undefined) return [];
  const module = (await import(file)) as Readonly<Record<string, readonly DocumentedExample[]>>;
  return Object.values(module)
    .flat()
    .filter(({ role }) => role === 'webhook')
    .map(({ body }) => body)
    .filter(isReadable);
}

/** Examples that cannot be taken apart are left to the tests that are named after them. */
function isReadable(text: string): boolean {
  try {
    return text.includes('=') || typeof JSON.parse(text) === 'object';
  } catch {
    // JSON has no other way to tell.
    return false;
  }
}

/** One of each kind: what the fuzzer starts from, whatever the lists of examples hold. */
const OWN: Readonly<Record<ProviderName, readonly string[]>> = {
  cobru: [
    genuineEvent('cobru', '3gofdf6f'),
    '{"payed":true,"url":"8xfiz72r","state":3,"amount":50000,"payed_amount":44050,"fee_amount":5000.0,"iva_amount":950.0,"payment_method":"pse","payer_name":"Test Payer","payer_email":"payer@example.com","payer_id_type":"cc","payer_id":"1000000000","payer_phone":"3000000000","description":"test","cus":"123456"}',
    'payed=True&url=8xfiz72r&state=3&amount=50000&payment_method=pse',
    '{"id":112941,"date_created":"2023-09-20 15:28:09","date_deposited":"","date_consigned":"","date_rejected":"2023-09-20 15:28:23","state":5,"amount":19370,"payed_amount":10000,"account_holder_name":"TEST","account_type":0,"account_holder_document":"21342134","bank_name":18,"note":null,"account_number":"0909090119"}',
    'id=230&date_created=2022-08-17+16%3A08%3A36&date_deposited=&date_consigned=&date_rejected=&date_cancelled=2022-07-27+16%3A09%3A07&state=5&amount=13015&name=Testeo+efecty&document=213232323',
  ],
  conomy: [
    '{"event":"Transaction.Captured","data":{"transaction":{"id":"67a0307eaddea901a60144ec","purchaseAmount":"50000","totalAmount":"50000","externalId":"123456","currency":"COP","status":"CAPTURED"}}}',
    '{"eventType":"payment.settled","timestamp":"2026-04-17T15:30:00Z","transaction":{"id":"69e0df45b604159c5b8ba5a9","externalId":"bm_abc-123","status":"SETTLED","totalAmount":"2000.00","currency":"ARS","type":"TOPUP_ACCOUNT","parentPaymentId":null,"relatedPaymentId":null,"customerId":"69e25243baa9fd9b463d6bac","settledAt":"2026-04-17T15:30:00Z","expiredAt":null,"unsettledAt":null,"unsettledReason":null,"settlementBatchId":"settlement-ARS-1744889400","documentationStatus":null},"identity":{"id":"i-1","email":"c@example.com"}}',
    '{"eventType":"payment.refund.settled","timestamp":"2026-04-18T15:30:00Z","transaction":{"id":"refund-1","parentPaymentId":"69e0df45b604159c5b8ba5a9","status":"SETTLED","type":"REFUND","totalAmount":"500.00","currency":"ARS"}}',
    '{"eventType":"payment.reviewResolved","timestamp":"2026-04-18T15:30:00Z","transaction":{"id":"69e0df45b604159c5b8ba5a9","status":"SETTLED","totalAmount":"2000","currency":"CLP"}}',
    '{"eventType":"customer.levelChanged","timestamp":"2026-04-17T15:42:10Z","customer":{"id":"69e25243baa9fd9b463d6bac","clientId":"c-1","firstName":"Test","lastName":"Customer","email":"c@example.com","documentNumber":"23111222331","operationLevel":"BASIC","autoCreated":true,"documentsCount":1}}',
  ],
  mintcash: [
    genuineEvent('mintcash', '5807f36c-a19d-4a65-838c-4749f07ca66e'),
    '{"eventId":"e8a963c3-7800-4392-9050-7baf32905048","event":"payment.partially_refunded","type":"payment","apiVersion":"2026-05-01","environment":"test","createdAt":"2026-06-30T15:41:21.585Z","data":{"id":"5807f36c-a19d-4a65-838c-4749f07ca66e","externalId":"demo-1","status":"succeeded","amount":1.25,"currency":"USD","providerTransactionId":"cpi_9gxlhq37FU0ZamQ6","failureCode":null,"failureMessage":null,"amountRefunded":0.25,"amountRefundable":1,"customer":{"id":"c-1","externalId":"customer-1","email":"x@example.com","name":"Demo","phone":null},"billingAddress":{"country":"GB","postalCode":"SW1A 1AA"},"card":{"brand":"mastercard","first6":"551928","last4":"0000","mask":"551928******0000","expMonth":"03","expYear":"31"},"refund":{"id":"r-1","externalId":"refund-1","amount":0.25,"currency":"USD","status":"succeeded","paymentId":"5807f36c-a19d-4a65-838c-4749f07ca66e"}}}',
    '{"eventId":"e-5","event":"payment.refunded","type":"refund","environment":"test","createdAt":"2026-06-30T15:41:21.585Z","data":{"id":"r-2","externalId":"refund-2","amount":1,"currency":"USD","status":"succeeded","paymentId":"5807f36c","paymentAmountRefunded":1.25,"paymentAmountRefundable":0,"providerRefundId":"pr-1"}}',
    '{"eventId":"e-6","event":"subscription.succeeded","type":"subscription","environment":"test","createdAt":"2026-06-30T15:41:21.585Z","data":{"id":"sub-1","externalId":"s-1","status":"active","amount":9.99,"currency":"EUR","billingIntervalDays":30,"currentPeriodStart":"2026-06-30T00:00:00Z","currentPeriodEnd":"2026-07-30T00:00:00Z","createdAt":"2026-06-30T00:00:00Z"}}',
  ],
  tonder: [
    genuineEvent('tonder', 'fc38522e-3e5d-45b8-ba6a-ece72caee71f'),
    '{"id":"399f4425-67be-40ae-a3d5-42caa86dfb96","operation_type":"payment","amount":"500","currency":"MXN","client_reference":"order-1","status":"Declined","decline_code":"BH01","decline_reason":"Card declined by bank","provider":"tonder","transaction_id":"9294","payment_method_type":"CARD","created":"2025-10-08T19:23:13.068277Z","metadata":{"order_id":"ORD-1","mismatched_deposit":"True","original_expected_amount":"100"},"event_type":"payment_Declined","action":"MODIFY"}',
    '{"id":"f50e4a1f-7145-4737-836f-32250eee38c2","operation_type":"withdrawal","amount":"55","currency":"MXN","client_reference":"card-payout-002","status":"Success","provider":"STP","transfer_method_type":"SPEI","created":"2026-02-27T06:41:50.338733Z","metadata":{"beneficiary_rfc":"XXXX000000XX0"},"event_type":"withdrawal_Success","action":"MODIFY"}',
    '{"event_type":"transaction.status_changed","event_id":"evt_123456789","created_at":"2024-07-26T10:32:15Z","data":{"id":"550e8400-1","operation_type":"payment","status":"success","previous_status":"authorized","amount":150.00,"currency":"MXN","merchant_reference":"order-789","payment_method":"CARD","completed_at":"2024-07-26T10:32:15Z","authorization_code":"AUTH123456"}}',
    '{"action":"session.completed","type":"checkout.hosted","data":{"id":"cs_97_41528_d11b","url":"https://example.test","amount_total":15000,"currency":"MXN","status":"completed","payment_id":41528,"transaction_status":"Success","paid_at":1751478550234,"customer":{"first_name":"Test","email":"payer@example.com"},"metadata":{"external_id":"ORD-1"}}}',
    '{"event_type":"payment.transaction","data":{"payment_id":41522,"session_id":"cs_97_41522_x","status":"Declined","amount":7500,"currency":"MXN","payment_method_type":"card","created_at":"2025-10-20T15:00:00Z","card_details":{"brand":"mastercard","last4":"5555"},"metadata":{"external_id":"ORD-2"}}}',
    '{"id":"40f19a6b-4ce4-424e-92fe-1b564c07dbd7","user_id":"1","business_id":"21","currency":"MXN","amount":100.0,"status":"PROCESSING","account_data":{"cuenta_beneficiario":"846180000400000001"},"status_changes":[{"from_status":null,"to_status":"PENDING","timestamp":"2025-10-02T01:09:37.371365Z","reason":"x"}],"action":null,"metadata":{"order_id":"ORDER_ABC_789"},"created_at":"2025-10-02T01:09:37.371365Z","modified_at":"2025-10-02T01:10:00.000000Z","provider_reference":"PENDING","transfer_method":"SPEI","fixed_fee":"3.5","tax":"16.0","fee_amount":null}',
    '{"withdrawal_id":"wdr_xxxxxxxxxxxxxxxx","status":"refunded","amount":1500.00,"currency":"MXN","provider_reference":"12345678","created_at":"2025-02-10T14:22:00Z","updated_at":"2025-02-10T15:47:33Z"}',
    '{"transaction_reference":"17672577","status":"Success","transaction_status":"Success","amount":500,"currency":"MXN","operation_date":"2024-11-29 19:33:21","transaction_type":"PAYMENT","provider":"tonder","response":{},"related_transaction_reference":null,"metadata":{}}',
  ],
};
