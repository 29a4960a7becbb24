import { subjectKey, type SubjectKind } from '#events/subject.js';
import { moneyToJson, type Money } from '#ledger/money.js';
import type { OrderView } from '#ledger/order/order.js';
import { statusByKind } from '#ledger/payment/payment-kind.js';
import type { PaymentView } from '#ledger/payment/payment-view.js';
import type { Database } from '#read-models/database.js';
import { Check } from './check.js';
import type { FinishedStorm } from './storm-series.js';
import type { WalkedLog } from './walk-log.js';

/** Whatever the projectors went through, their rows follow from the log alone. */
export async function checkRows(
  database: Database,
  { fold, positions }: WalkedLog,
  storms: readonly FinishedStorm[],
): Promise<readonly Check[]> {
  const accounted = new Check('every record is folded once: a delivery each, none parked');
  accounted.compare(
    new Map([...positions].map((position) => [position, 'folded'])),
    await deliveries(database),
  );
  const payments = new Check('every payment equals the pure fold of the log');
  payments.compare(
    new Map([...fold.payments()].map(([subject, view]) => [subject, paymentText(view)])),
    await paymentRows(database),
  );
  const rows = await orderRows(database);
  const orders = new Check('every order equals the pure fold of the log');
  orders.compare(
    new Map([...fold.orders()].map(([orderId, view]) => [orderId, orderText(view)])),
    new Map([...rows].map(([orderId, { text }]) => [orderId, text])),
  );
  const final = new Check('every order is in the state that its storm must end in');
  final.compare(
    expectedStatuses(storms, rows),
    new Map([...rows].map(([orderId, { status }]) => [orderId, status])),
  );
  const registers = new Check('every subscription and customer equals the pure fold of the log');
  registers.compare(fold.latest(), await registerRows(database));
  const versions = new Check('versions of a payment count its changes, without a hole');
  for (const { subject, found } of await versionHoles(database)) {
    versions.record(found === null ? null : `${subject}: ${found}`);
  }
  return [accounted, payments, orders, registers, final, versions];
}

/** A hostile body at an address made for an order tells that there is such an order, and nothing else. */
function expectedStatuses(
  storms: readonly FinishedStorm[],
  rows: ReadonlyMap<string, unknown>,
): ReadonlyMap<string, string> {
  const expected = new Map<string, string>();
  for (const { plan } of storms) {
    for (const { hostility, query } of plan.deliveries) {
      const orderId = hostility === null ? undefined : query['ref'];
      if (orderId !== undefined && rows.has(orderId)) expected.set(orderId, 'awaiting_payment');
    }
    for (const { orderId, status } of plan.orders) expected.set(orderId, status);
  }
  return expected;
}

async function deliveries(database: Database): Promise<Map<string, string>> {
  const { rows } = await database.query<{ at: string; outcome: string }>(
    `select partition || '/' || position as at,
            case outcome when 'parked' then 'parked' else 'folded' end as outcome
       from cuadre.deliveries`,
  );
  return new Map(rows.map(({ at, outcome }) => [at, outcome]));
}

async function paymentRows(database: Database): Promise<Map<string, string>> {
  const { rows } = await database.query<PaymentRow>(
    `select subject, kind, status, reported, order_id, amount_minor, expected_minor, difference_minor,
            net_minor, fee_minor, tax_minor, refunded_minor, currency, method, failure_code, client_reference, settlement_batch,
            parent_id, occurred_at, flags
       from cuadre.payments`,
  );
  return new Map(
    rows.map((row) => [
      row.subject,
      JSON.stringify([
        row.kind,
        row.status,
        row.reported,
        row.order_id,
        [row.amount_minor, row.expected_minor, row.difference_minor, row.net_minor],
        [row.fee_minor, row.tax_minor, row.refunded_minor],
        row.currency,
        row.method,
        row.failure_code,
        row.client_reference,
        row.settlement_batch,
        row.parent_id !== null,
        row.occurred_at?.toISOString() ?? null,
        row.flags,
      ]),
    ]),
  );
}

type PaymentRow = {
  readonly subject: string;
  readonly kind: string;
  readonly status: string | null;
  readonly reported: string | null;
  readonly order_id: string | null;
  readonly amount_minor: string | null;
  readonly expected_minor: string | null;
  readonly difference_minor: string | null;
  readonly net_minor: string | null;
  readonly fee_minor: string | null;
  readonly tax_minor: string | null;
  readonly refunded_minor: string | null;
  readonly currency: string | null;
  readonly method: string | null;
  readonly failure_code: string | null;
  readonly client_reference: string | null;
  readonly settlement_batch: string | null;
  readonly parent_id: string | null;
  readonly occurred_at: Date | null;
  readonly flags: readonly string[];
};

function paymentText(view: PaymentView): string {
  const { amount, expected, difference, net, fee, tax, refunded } = view;
  const minors = (...monies: readonly (Money | null)[]): readonly (string | null)[] =>
    monies.map((money) => money?.minor.toString() ?? null);
  return JSON.stringify([
    view.kind,
    view.status && statusByKind(view.kind, view.status),
    view.reported && statusByKind(view.kind, view.reported),
    view.orderId,
    minors(amount, expected, difference, net),
    minors(fee, tax, refunded),
    (amount ?? refunded ?? net)?.currency ?? null,
    view.method,
    view.failureCode,
    view.clientReference,
    view.settlementBatch,
    view.parent !== null,
    view.occurredAt === null ? null : new Date(view.occurredAt).toISOString(),
    view.flags,
  ]);
}

/** The word of each, by subject key, as the fold keeps it. */
async function registerRows(database: Database): Promise<Map<string, string>> {
  const { rows } = await database.query<{
    readonly account: string;
    readonly kind: SubjectKind;
    readonly reference: string;
    readonly word: string;
  }>(
    `select account, 'subscription' as kind, reference, status as word from cuadre.subscriptions
      union all
     select account, 'customer', reference, level from cuadre.customers`,
  );
  return new Map(rows.map(({ word, ...subject }) => [subjectKey(subject) ?? '', word]));
}

async function orderRows(
  database: Database,
): Promise<Map<string, { readonly status: string; readonly text: string }>> {
  const { rows } = await database.query<{
    readonly order_id: string;
    readonly status: string;
    readonly assurance: string;
    readonly reported: string | null;
    readonly amounts: string;
  }>('select order_id, status, assurance, reported, amounts from cuadre.orders');
  return new Map(
    rows.map(({ order_id: orderId, status, assurance, reported, amounts }) => [
      orderId,
      { status, text: JSON.stringify([status, assurance, reported, JSON.parse(amounts)]) },
    ]),
  );
}

function orderText({ status, assurance, reported, ...sums }: OrderView): string {
  const amounts = {
    paid: sums.paid.map(moneyToJson),
    refunded: sums.refunded.map(moneyToJson),
    difference: sums.difference.map(moneyToJson),
  };
  return JSON.stringify([status, assurance, reported, amounts]);
}

async function versionHoles(
  database: Database,
): Promise<readonly { readonly subject: string; readonly found: string | null }[]> {
  const { rows } = await database.query<{ subject: string; found: string | null }>(
    `select p.subject,
            case when p.own_version = count(c.change_version)
                  and p.own_version = coalesce(max(c.change_version), 0)
                 then null
                 else format('version %s, %s changes', p.own_version, count(c.change_version)) end as found
       from cuadre.payments p left join cuadre.deliveries c on c.subject_id = p.payment_id
      group by p.payment_id, p.subject, p.own_version`,
  );
  return rows;
}
