import { stripVTControlCharacters } from 'node:util';
import type { MoneyJson } from '#ledger/money.js';
import { paint, type Colour } from '#platform/terminal.js';
import type { PlannedDelivery } from '../../sandbox/plan/delivery.js';
import type { ExpectedOrder } from '../../sandbox/plan/storm.js';
import type { OrderChange, WatchedOrder } from './order-watch.js';

/**
 * `ORD-1-3  pending → paid  confirmed  USD 49.99  mintcash`; a claim stands apart from a state. Null
 * where a claim only repeats what is known: a duplicate is no news.
 */
export function changeLine({ before, now }: OrderChange, facts: OrderFacts): string | null {
  const known = before?.assurance === 'confirmed' ? before.status : null;
  if (now.reported !== null) {
    if (now.reported === before?.reported || now.reported === now.status) return null;
    const claim = paint(`reported ${now.reported}`, 'yellow');
    return line(now.orderId, [claim, 'unconfirmed', facts.amount, facts.provider]);
  }
  const status = paint(now.status, colourOf(now.status));
  if (known !== now.status) {
    const moved = known === null ? `→ ${status}` : `${known} → ${status}`;
    return line(now.orderId, [moved, now.assurance, receivedText(now, facts), facts.provider]);
  }
  const claim = before?.reported ?? now.status;
  if (claim === now.status) return null;
  const cleared = paint(`claim cleared: not ${claim}`, 'yellow');
  return line(now.orderId, [`stays ${status}`, cleared, facts.amount, facts.provider]);
}

/** What was asked for; where something else came, that, and how it differs. */
function receivedText(order: WatchedOrder, { amount }: OrderFacts): string {
  const difference = differenceOf(order);
  return difference === '' ? amount : `${order.paid.map(moneyText).join(' ')}${difference}`;
}

/** ` underpaid`; nothing where what came is what was asked for. */
function differenceOf({ flags }: WatchedOrder): string {
  const flag = flags.find((one) => one === 'underpaid' || one === 'overpaid');
  return flag === undefined ? '' : ` ${paint(flag, 'yellow')}`;
}

export type OrderFacts = { readonly amount: string; readonly provider: string };

/** A forgery and what became of it. */
export function forgeryLine(
  { orderId, event, forgery }: PlannedDelivery,
  { status, facts }: { status: number; facts: OrderFacts },
): string {
  const text = paint(`forged ${event === 'state.3' ? 'state.3 (paid)' : event}`, 'red');
  const answer = status === 401 ? 'refused with 401' : 'moves no status';
  const how = `${facts.provider} (${forgery?.replaceAll('-', ' ') ?? ''})`;
  return line(orderId, [text, answer, facts.amount, how]);
}

/** What every order has come to, and whether it is what the providers' books say. */
export function finalTable(
  expected: readonly ExpectedOrder[],
  orders: ReadonlyMap<string, WatchedOrder>,
): string {
  const rows = expected.map(({ orderId, status, provider, scenario }) => {
    const order = orders.get(orderId);
    const mark = order?.status === status ? paint('✓', 'green') : paint('…', 'yellow');
    return [
      `${mark} ${orderId}`,
      order === undefined ? '-' : paint(order.status, colourOf(order.status)),
      assuranceText(order),
      amountsText(order),
      `${provider} ${scenario}`,
    ];
  });
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(...rows.map((row) => widthOf(row[column] ?? ''))),
  );
  return rows
    .map((row) => `  ${row.map((cell, column) => padded(cell, widths[column] ?? 0)).join('  ')}`)
    .map((text) => text.trimEnd())
    .join('\n');
}

function assuranceText(order: WatchedOrder | undefined): string {
  if (order === undefined) return '-';
  const isOpen = order.reported !== null && order.reported !== order.status;
  return isOpen ? paint(`reported ${order.reported}`, 'yellow') : order.assurance;
}

function amountsText(order: WatchedOrder | undefined): string {
  if (order === undefined) return '';
  const refunded = order.refunded.map(moneyText).join(' ');
  const paid = `${order.paid.map(moneyText).join(' ')}${differenceOf(order)}`;
  return refunded === '' ? paid : `${paid} (refunded ${refunded})`.trim();
}

export function moneyText({ currency, amount }: Pick<MoneyJson, 'currency' | 'amount'>): string {
  return `${currency} ${amount}`;
}

const WIDTHS = [37, 25, 14] as const;

function line(orderId: string, cells: readonly string[]): string {
  const rest = cells.map((cell, index) => padded(cell, WIDTHS[index] ?? 0)).join('  ');
  return `  ${padded(orderId, 11)}  ${rest}`.trimEnd();
}

function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

function widthOf(text: string): number {
  return stripVTControlCharacters(text).length;
}

function colourOf(status: string): Colour {
  if (status === 'paid') return 'green';
  if (['failed', 'expired', 'cancelled'].includes(status)) return 'red';
  return status.includes('refunded') ? 'magenta' : 'cyan';
}
