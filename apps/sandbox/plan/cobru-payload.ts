import { majorUnits, type Happening, type SandboxPayment } from '../books/payment.js';

/**
 * The members of a Cobru payment callback: the form on the current docs site, or the vendor's original
 * one (providers' notes 2.4). No signature, no event id, no time: the provider has none.
 */
export function cobruCallback(
  payment: SandboxPayment,
  happening: Happening,
): Record<string, unknown> {
  const state = stateOf(happening);
  if (payment.shape === 'documented') {
    return {
      orderId: payment.orderId,
      state,
      payment_method: payment.method,
      amount: (payment.amountMinor / 10 ** payment.exponent).toFixed(payment.exponent),
      url: payment.reference,
    };
  }
  const costs = costsOf(payment);
  return {
    payed: state === 3,
    url: payment.reference,
    state,
    amount: costs.amount,
    payed_amount: costs.net,
    fee_amount: costs.fee,
    iva_amount: costs.tax,
    payment_method: payment.method,
    ...PAYER,
    description: 'test',
  };
}

/** `GET /cobru_detail/{url}`: numbers, dates in epoch milliseconds, no currency (notes 2.3). */
export function cobruDetail(
  payment: SandboxPayment,
  history: readonly Happening[],
): Record<string, unknown> {
  const costs = costsOf(payment);
  const last = history.at(-1);
  const paid = history.findLast((happening) => stateOf(happening) === 3);
  return {
    fee_amount: costs.fee,
    payer_id: PAYER.payer_id,
    payer_name: PAYER.payer_name,
    payment_method: payment.method,
    state: last === undefined ? 0 : stateOf(last),
    payer_email: PAYER.payer_email,
    payment_method_enabled: '{"efecty": true, "pse": true }',
    date_payed: paid?.atMs ?? '',
    url: payment.reference,
    amount: costs.amount,
    expiration_days: EXPIRATION_DAYS,
    payer_phone: PAYER.payer_phone,
    iva_amount: costs.tax,
    date_expired: payment.createdAtMs + EXPIRATION_DAYS * 86_400_000,
    date_created: payment.createdAtMs,
    images: null,
    description: 'description',
    payed_amount: costs.net,
  };
}

const EXPIRATION_DAYS = 7;

/** Placeholders that look personal, so that redaction has something to do. */
const PAYER = {
  payer_name: 'Test Payer',
  payer_email: 'payer@example.com',
  payer_id_type: 'cc',
  payer_id: '1000000000',
  payer_phone: '3000000000',
} as const;

function stateOf({ event }: Happening): number {
  return Number(event.slice('state.'.length));
}

/** The fee and, on top of it, its tax come off what the payer paid. */
function costsOf({ amountMinor, exponent }: SandboxPayment): {
  readonly amount: number;
  readonly net: number;
  readonly fee: number;
  readonly tax: number;
} {
  const feeMinor = Math.round(amountMinor * 0.04);
  const taxMinor = Math.round(feeMinor * 0.19);
  return {
    amount: majorUnits(amountMinor, exponent),
    net: majorUnits(amountMinor - feeMinor - taxMinor, exponent),
    fee: majorUnits(feeMinor, exponent),
    tax: majorUnits(taxMinor, exponent),
  };
}
