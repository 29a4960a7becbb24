import { settlementIdOf, subjectIdOf } from '#events/ids.js';
import { paymentMessage, type PublicMessage } from '#events/public-events.js';
import { parseSubjectKey } from '#events/subject.js';
import { PAYMENT_EVENTS } from '#events/topics.js';
import { moneyToJson, type Money, type MoneyJson } from '#ledger/money.js';
import { statusByKind } from '#ledger/payment/payment-kind.js';
import type { PaymentChange } from './fold-payments.js';
import { FOLD_VERSION } from './fold-version.js';

/** What the public topic tells of a payment: trusted state only. */
export function paymentSnapshot(change: Omit<PaymentChange, 'position'>): PublicMessage {
  const { payment, view } = change;
  const { account, reference } = parseSubjectKey(payment.subject);
  return paymentMessage(
    PAYMENT_EVENTS.name,
    {
      paymentId: payment.paymentId,
      kind: view.kind,
      account,
      provider: payment.provider,
      reference,
      orderId: view.orderId,
      clientReference: view.clientReference,
      parentId: view.parent === null ? null : subjectIdOf(view.parent),
      settlementId:
        view.settlementBatch === null ? null : settlementIdOf(account, view.settlementBatch),
      settlementStatus: view.settlementStatus,
      status: view.status === null ? null : statusByKind(view.kind, view.status),
      amount: json(view.amount),
      expected: json(view.expected),
      difference: json(view.difference),
      net: json(view.net),
      fee: json(view.fee),
      tax: json(view.tax),
      refunded: json(view.refunded),
      method: view.method,
      failureCode: view.failureCode,
      flags: view.flags,
      occurredAt: view.occurredAt,
      recordedAt: new Date(change.recordedAtMs).toISOString(),
      foldVersion: FOLD_VERSION,
      version: change.version.toString(),
    },
    change.traceparent,
  );
}

function json(money: Money | null): MoneyJson | null {
  return money === null ? null : moneyToJson(money);
}
