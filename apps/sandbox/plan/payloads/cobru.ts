import type { BookEntry, BookObject } from '../../books/book-object.js';
import { majorNumber, majorText } from '../amount-text.js';
import { latest, toldByBooks, type ToldObject } from './told-object.js';

/**
 * The members of a Cobru callback: of a payment in the form of the current docs or in the vendor's
 * original one ("Cobru webhooks page"), of a bank or a cash withdrawal. No signature, no event id, no
 * time: the provider has none.
 */
export function cobruCallback(told: ToldObject): Record<string, unknown> {
  const { object } = told;
  const state = Number(latest(told).status);
  if (object.kind === 'bank-withdrawal') return bankWithdrawal(told, state);
  if (object.kind === 'cash-withdrawal') return cashWithdrawal(told, state);
  if (object.form.startsWith('documented')) {
    return {
      orderId: object.orderId,
      state,
      payment_method: object.method,
      amount: majorText(object.amountMinor, object.exponent),
      url: object.reference,
    };
  }
  const costs = costsOf(object);
  return {
    payed: state === PAID,
    url: object.reference,
    state,
    amount: costs.amount,
    payed_amount: costs.net,
    fee_amount: costs.fee,
    iva_amount: costs.tax,
    payment_method: object.method,
    ...PAYER,
    description: 'test',
    ...(object.method === 'pse' && { cus: String(object.createdAtMs % 1_000_000_000) }),
  };
}

/** `GET /cobru_detail/{url}`: numbers, dates in epoch milliseconds, no currency. */
export function cobruDetail({ object, history }: BookEntry): Record<string, unknown> {
  const costs = costsOf(object);
  const last = history.at(-1);
  const paid = history.findLast(({ status }) => Number(status) === PAID);
  return {
    fee_amount: costs.fee,
    payer_id: PAYER.payer_id,
    payer_name: PAYER.payer_name,
    payment_method: object.method,
    state: last === undefined ? 0 : Number(last.status),
    payer_email: PAYER.payer_email,
    payment_method_enabled: '{"efecty": true, "pse": true }',
    date_payed: paid?.atMs ?? '',
    url: object.reference,
    amount: costs.amount,
    expiration_days: EXPIRATION_DAYS,
    payer_phone: PAYER.payer_phone,
    iva_amount: costs.tax,
    date_expired: object.createdAtMs + EXPIRATION_DAYS * 86_400_000,
    date_created: object.createdAtMs,
    images: null,
    description: 'description',
    payed_amount: costs.net,
  };
}

/** `GET /thirdpartywithdraw/{id}`: the callback's members, and what the withdrawal cost. */
export function cobruThirdPartyWithdraw(
  entry: BookEntry,
  environment: ToldObject['environment'],
): Record<string, unknown> {
  const { object } = entry;
  const told = toldByBooks(entry, { environment, openedAs: '0' });
  const { fee, tax } = costsOf(object);
  const members = bankWithdrawal(told, Number(latest(told).status));
  return { ...members, fee, fee_iva: tax, gmf: majorNumber(gmfOf(object), object.exponent) };
}

const PAID = 3;
const EXPIRATION_DAYS = 7;

/** Placeholders that look personal, so that redaction has something to do. */
const PAYER = {
  payer_name: 'Test Payer',
  payer_email: 'payer@example.com',
  payer_id_type: 'cc',
  payer_id: '1000000000',
  payer_phone: '3000000000',
} as const;

function bankWithdrawal(told: ToldObject, state: number): Record<string, unknown> {
  const { object } = told;
  const costs = costsOf(object);
  return {
    id: Number(object.reference),
    date_created: localTime(object.createdAtMs),
    date_deposited: stateTime(told, 2),
    date_consigned: stateTime(told, 3),
    date_rejected: stateTime(told, 5),
    state,
    amount: costs.amount,
    payed_amount: costs.net,
    account_holder_name: 'TEST HOLDER',
    account_type: 0,
    account_holder_document_type: 0,
    account_holder_document: '1000000000',
    account_phone: '+573000000000',
    account_email: '',
    bank_name: 18,
    note: state === 5 ? 'R020' : null,
    description: 'withdrawal',
    account_number: '0000000119',
  };
}

/** Form-encoded, so every value is text on the wire. */
function cashWithdrawal(told: ToldObject, state: number): Record<string, unknown> {
  const { object } = told;
  return {
    id: object.reference,
    date_created: localTime(object.createdAtMs),
    date_deposited: stateTime(told, 2),
    date_consigned: stateTime(told, 3),
    date_rejected: stateTime(told, 5),
    date_cancelled: '',
    state,
    amount: majorNumber(object.amountMinor, object.exponent),
    name: 'Test efecty',
    document: '1000000000',
  };
}

function stateTime({ history }: ToldObject, state: number): string {
  const found = history.find(({ status }) => Number(status) === state);
  return found === undefined ? '' : localTime(found.atMs);
}

/** Bogota, five hours behind UTC all year, and without saying so. */
function localTime(atMs: number): string {
  return new Date(atMs - 5 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
}

/** The fee and, on top of it, its tax come off what the payer paid. */
function costsOf({ amountMinor, exponent }: BookObject): {
  readonly amount: number;
  readonly net: number;
  readonly fee: number;
  readonly tax: number;
} {
  const feeMinor = Math.round(amountMinor * 0.04);
  const taxMinor = Math.round(feeMinor * 0.19);
  return {
    amount: majorNumber(amountMinor, exponent),
    net: majorNumber(amountMinor - feeMinor - taxMinor, exponent),
    fee: majorNumber(feeMinor, exponent),
    tax: majorNumber(taxMinor, exponent),
  };
}

/** The tax of four per thousand on what leaves an account. */
function gmfOf({ amountMinor }: BookObject): number {
  return Math.round(amountMinor * 0.004);
}
