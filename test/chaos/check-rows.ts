import { moneyToJson } from '#ledger/money.js';
import type { OrderView } from '#ledger/order/order.js';
import type { PaymentView } from '#ledger/payment/payment-view.js';
import type { Database } from '#read-models/database.js';
import { Check } from './check.js';
import type { FinishedStorm } from './storm.js';
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
    new Map(storms.flatMap(({ plan }) => plan.orders.map((one) => [one.orderId, one.status]))),
    new Map([...rows].map(([orderId, { status }]) => [orderId, status])),
  );
  const versions = new Check('versions of a payment count its changes, without a hole');
  for (const { subject, found } of await versionHoles(database)) {
    versions.record(found === null ? null : `${subject}: ${found}`);
  }
  return [accounted, payments, orders, final, versions];
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
    `select subject, status, reported, order_id, amount_minor, net_minor, fee_minor, tax_minor,
            refunded_minor, currency, method, failure_code, occurred_at, flags
       from cuadre.payments`,
  );
  return new Map(
    rows.map((row) => [
      row.subject,
      JSON.stringify([
        row.status,
        row.reported,
        row.order_id,
        [row.amount_minor, row.net_minor, row.fee_minor, row.tax_minor, row.refunded_minor],
        row.currency,
        row.method,
        row.failure_code,
        row.occurred_at?.toISOString() ?? null,
        row.flags,
      ]),
    ]),
  );
}

type PaymentRow = {
  readonly subject: string;
  readonly status: string | null;
  readonly reported: string | null;
  readonly order_id: string | null;
  readonly amount_minor: string | null;
  readonly net_minor: string | null;
  readonly fee_minor: string | null;
  readonly tax_minor: string | null;
  readonly refunded_minor: string | null;
  readonly currency: string | null;
  readonly method: string | null;
  readonly failure_code: string | null;
  readonly occurred_at: Date | null;
  readonly flags: readonly string[];
};

function paymentText(view: PaymentView): string {
  const { amount, net, fee, tax, refunded } = view;
  return JSON.stringify([
    view.status,
    view.reported,
    view.orderId,
    [amount, net, fee, tax, refunded].map((money) => money?.minor.toString() ?? null),
    (amount ?? refunded ?? net)?.currency ?? null,
    view.method,
    view.failureCode,
    view.occurredAt === null ? null : new Date(view.occurredAt).toISOString(),
    view.flags,
  ]);
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

function orderText({ status, assurance, reported, paid, refunded }: OrderView): string {
  const amounts = { paid: paid.map(moneyToJson), refunded: refunded.map(moneyToJson) };
  return JSON.stringify([status, assurance, reported, amounts]);
}

async function versionHoles(
  database: Database,
): Promise<readonly { readonly subject: string; readonly found: string | null }[]> {
  const { rows } = await database.query<{ subject: string; found: string | null }>(
    `select p.subject,
            case when p.version = count(c.version) and p.version = coalesce(max(c.version), 0)
                 then null
                 else format('version %s, %s changes', p.version, count(c.version)) end as found
       from cuadre.payments p left join cuadre.payment_changes c using (payment_id)
      group by p.payment_id, p.subject, p.version`,
  );
  return rows;
}
