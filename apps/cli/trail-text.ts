import { paint, type Colour } from '#platform/terminal.js';
import type { Output } from './command.js';
import type {
  ProviderBrief,
  Trail,
  TrailBooked,
  TrailChange,
  TrailEntry,
  TrailMoney,
  TrailPayment,
  TrailRecord,
} from './trail.js';

/** A trail for people: what it is, what happened line by line, and what to tell the provider. */
export function formatTrail(trail: Trail, stream: Output): string {
  const lines = [
    heading(trail, stream),
    ...subjectLines(trail).map((line) => `  ${line}`),
    '',
    ...trail.timeline.flatMap((entry) => entryLines(entry, { trail, stream })),
    ...(trail.isCut ? ['', 'There is more: the trail shows the first records alone.'] : []),
    '',
    'What to tell the provider:',
    ...trail.whatToTellTheProvider.flatMap(briefLines),
  ];
  return `${lines.join('\n')}\n`;
}

function heading(trail: Trail, stream: Output): string {
  const { order } = trail;
  if (order === null) return paint(headingWithoutOrder(trail), 'bold', stream);
  const flags = order.flags.length === 0 ? '' : `  flags ${order.flags.join(', ')}`;
  return `${paint(`Order ${order.orderId}`, 'bold', stream)}  ${paint(
    order.status,
    colourOf(order.status),
    stream,
  )}  ${order.assurance}${reportedText(order.reported)}${flags}`;
}

/** Withdrawals, subscriptions and customers pay no order; a payment without one is worth saying. */
function headingWithoutOrder(trail: Trail): string {
  const [withdrawal] = trail.withdrawals;
  if (withdrawal !== undefined) return `Withdrawal ${withdrawal.reference}`;
  const [subscription] = trail.subscriptions;
  if (subscription !== undefined) return `Subscription ${subscription.reference}`;
  const [customer] = trail.customers;
  if (customer !== undefined) return `Customer ${customer.reference}`;
  const id = trail.payments[0]?.paymentId ?? trail.refunds[0]?.refundId;
  return id === undefined ? 'Nothing that is proven.' : `No order names ${id}.`;
}

function subjectLines(trail: Trail): readonly string[] {
  const { payments, refunds, withdrawals, subscriptions, customers } = trail;
  return [
    ...payments.map(
      (payment) =>
        `payment ${payment.paymentId}  ${payment.account} ${payment.reference}  ` +
        (payment.isKnown
          ? `${stateText(payment)}${differenceText(payment)}`
          : 'known by its refunds alone'),
    ),
    ...refunds.map(
      ({ refundId, paymentId, reference, status, amount }) =>
        `refund ${refundId}  ${reference}  ${status}${moneyText(amount)}  ` +
        `of ${paymentId === null ? 'a payment that nobody names' : `payment ${paymentId}`}`,
    ),
    ...withdrawals.map(
      (withdrawal) =>
        `withdrawal ${withdrawal.withdrawalId}  ${withdrawal.account} ${withdrawal.reference}  ` +
        `${stateText(withdrawal)}  ours ${withdrawal.clientReference ?? 'unknown'}`,
    ),
    ...subscriptions.map(
      ({ subscriptionId, account, reference, status, amount }) =>
        `subscription ${subscriptionId}  ${account} ${reference}  ${status}${moneyText(amount)}`,
    ),
    ...customers.map(
      ({ customerId, account, reference, level }) =>
        `customer ${customerId}  ${account} ${reference}  ${level}`,
    ),
  ];
}

function stateText({
  status,
  reported,
  amount,
}: Pick<TrailPayment, 'status' | 'reported' | 'amount'>): string {
  return `${status ?? 'unknown'}${reportedText(reported)}${moneyText(amount)}`;
}

/** `  3.00 less than the USD 10.00 asked for`; nothing where what came is what was asked for. */
function differenceText({
  expected,
  difference,
}: Pick<TrailPayment, 'expected' | 'difference'>): string {
  if (expected === null || difference === null || !/[1-9]/.test(difference.amount)) return '';
  const comparison = difference.amount.startsWith('-') ? 'less' : 'more';
  const apart = difference.amount.replace('-', '');
  return `  ${apart} ${comparison} than the ${expected.currency} ${expected.amount} asked for`;
}

function entryLines(
  entry: TrailEntry,
  { trail, stream }: { readonly trail: Trail; readonly stream: Output },
): readonly string[] {
  const time = entry.at.replace('T', ' ');
  switch (entry.type) {
    case 'record':
      return recordLines(entry, { time, stream });
    case 'change': {
      const what = changedIn(trail, entry.subjectId);
      return [`${' '.repeat(time.length)}  └ ${changeText(entry, { what, stream })}`];
    }
    case 'entry':
      return [`${' '.repeat(time.length)}    ${bookedText(entry, stream)}`];
    case 'parked':
      return [`${time}  ${paint('parked', 'red', stream)} ${entry.subject}: ${entry.reason}`];
  }
}

type Changed = 'payment' | 'withdrawal' | 'refund';

function changedIn({ refunds, withdrawals }: Trail, subjectId: string): Changed {
  if (withdrawals.some(({ withdrawalId }) => withdrawalId === subjectId)) return 'withdrawal';
  return refunds.some(({ refundId }) => refundId === subjectId) ? 'refund' : 'payment';
}

const OUTCOMES: Readonly<Record<string, Colour>> = {
  applied: 'green',
  duplicate: 'dim',
  claim: 'yellow',
  conflict: 'red',
  parked: 'red',
  ignored: 'dim',
};

function recordLines(
  entry: TrailRecord,
  { time, stream }: { time: string; stream: Output },
): readonly string[] {
  const { verification } = entry;
  const key = verification.keyId === null ? '' : ` key ${verification.keyId}`;
  const event = entry.eventType === null ? '' : ` ${entry.eventType}`;
  const what =
    entry.kind === 'webhook'
      ? `webhook ${entry.route}${event}`
      : `${entry.kind}${rulingText(entry)}`;
  const outcome = paint(entry.outcome, OUTCOMES[entry.outcome] ?? 'dim', stream);
  const verb = entry.outcome === 'claim' ? 'claims' : 'says';
  const claim = entry.claimedStatus === null ? '' : ` (${verb} ${entry.claimedStatus})`;
  const reason = entry.reason === null ? '' : `: ${entry.reason}`;
  const indent = ' '.repeat(time.length + 2);
  const ids = [
    `request ${entry.requestId}`,
    ...(entry.providerEventId === null
      ? []
      : [`${entry.kind === 'report-line' ? 'line' : 'event'} ${entry.providerEventId}`]),
    ...entry.providerTraceIds.map((id) => `provider trace ${id}`),
    ...(entry.traceId === null ? [] : [`trace ${entry.traceId}`]),
    `log ${entry.partition}:${entry.position}`,
  ];
  return [
    `${time}  ${what}  ${outcome}${claim}${reason}`,
    `${indent}${entry.trust}: ${verification.mode} ${verification.verdict}${key}`,
    `${indent}${paint(ids.join('  '), 'dim', stream)}`,
    ...originalLines(entry.original).map((line) => `${indent}| ${line}`),
  ];
}

/** ` correction.rule-change CHG-7`: why an operator ruled so. */
function rulingText({ kind, eventType, providerReferences }: TrailRecord): string {
  return kind === 'ruling' ? ['', eventType ?? '', ...providerReferences].join(' ') : '';
}

function originalLines(original: TrailRecord['original']): readonly string[] {
  if (original === undefined) return [];
  if (original.refused !== null) return [`(${original.refused})`];
  const body = original.text ?? `base64 ${original.base64 ?? ''}`;
  // What a stranger sent must not drive the terminal.
  const shown = body.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, '\ufffd');
  return [original.contentType ?? 'no content type', ...shown.split('\n')];
}

function changeText(
  entry: TrailChange,
  { what, stream }: { readonly what: Changed; readonly stream: Output },
): string {
  const status = entry.status ?? 'not confirmed yet';
  const moved =
    entry.previousStatus === entry.status
      ? `${what} ${entry.status === null ? status : `stays ${status}`}`
      : `${what} ${entry.previousStatus ?? 'new'} → ${paint(status, colourOf(status), stream)}`;
  const refunded = entry.refunded === null ? '' : `  refunded${moneyText(entry.refunded)}`;
  const flags = entry.flags.length === 0 ? '' : `  flags ${entry.flags.join(', ')}`;
  const order = what === 'payment' ? `  order ${entry.orderId ?? 'unknown'}` : '';
  return `${moved}${moneyText(entry.amount)}${refunded}${flags}${order}`;
}

const ACCOUNT_WIDTH = 36;

/** `debit   assets:provider:cobru  COP 50000.00  success` */
function bookedText(entry: TrailBooked, stream: Output): string {
  const layer = entry.layer === 'posted' ? '' : `${entry.layer} `;
  const account = entry.account.padEnd(ACCOUNT_WIDTH);
  const why = paint(`${layer}${entry.reason ?? entry.line}`, 'dim', stream);
  return `${entry.side.padEnd(6)}  ${account}${moneyText(entry.amount)}  ${why}`;
}

function briefLines(brief: ProviderBrief): readonly string[] {
  const optional = (name: string, ids: readonly string[]): readonly string[] =>
    ids.length === 0 ? [] : [`    ${name}: ${ids.join(', ')}`];
  return [
    `  ${brief.provider} (${brief.account}) object ${brief.objectId}`,
    ...optional('their events', brief.providerEventIds),
    ...optional('their trace ids', brief.providerTraceIds),
    ...optional('our request ids', brief.requestIds),
    `    first ${brief.times.first ?? '-'}, last ${brief.times.last ?? '-'} (UTC)`,
  ];
}

function reportedText(reported: string | null): string {
  return reported === null ? '' : `  (reported ${reported}, unconfirmed)`;
}

function moneyText(money: TrailMoney | null): string {
  return money === null ? '' : `  ${money.currency} ${money.amount}`;
}

export function colourOf(status: string): Colour {
  if (status === 'paid' || status === 'succeeded') return 'green';
  if (['failed', 'expired', 'cancelled'].includes(status)) return 'red';
  return status.includes('refunded') ? 'magenta' : 'yellow';
}
