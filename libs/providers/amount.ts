import { parseMajorUnits, type Money } from '#ledger/money.js';

/**
 * Decimal places by currency: ISO 4217 for the currencies that the four providers name, six places
 * for their two stablecoins. Profiles refer to it; a change is a new table in a new dated profile.
 */
export const EXPONENTS: Readonly<Record<string, number>> = {
  ARS: 2,
  AUD: 2,
  BOB: 2,
  BRL: 2,
  CAD: 2,
  CLP: 0,
  COP: 2,
  EUR: 2,
  GBP: 2,
  MXN: 2,
  PEN: 2,
  PYG: 0,
  USD: 2,
  USDC: 6,
  USDT: 6,
};

/** How a provider writes money: `major` is 49.99, `minor` is 4999. */
export type AmountUnit = 'major' | 'minor';

export type AmountFormat = {
  readonly unit: AmountUnit;
  readonly exponents: Readonly<Record<string, number>>;
};

/** A currency as we write it: codes are told without regard to case. */
export function currencyCode(text: string): string {
  return text.toUpperCase();
}

/**
 * Money that a body states. `isUnreadable` where a text is there that is no money that we know, as of a
 * currency that the table has not: it must not vanish unseen.
 */
export type StatedAmount = { readonly money: Money | null; readonly isUnreadable: boolean };

/** As `parseAmount`, with a word on why there is none. */
export function statedAmount(
  text: string | null,
  currency: string | null,
  format: AmountFormat,
): StatedAmount {
  const money = parseAmount(text, currency, format);
  return { money, isUnreadable: text !== null && money === null };
}

/**
 * Money from the provider's own text. Null where there is none, where the currency (in any case) is
 * not in the table, or where the text is finer than the currency: an amount is never guessed or
 * rounded.
 */
export function parseAmount(
  text: string | null,
  stated: string | null,
  { unit, exponents }: AmountFormat,
): Money | null {
  if (text === null || stated === null) return null;
  const currency = currencyCode(stated);
  if (!Object.hasOwn(exponents, currency)) return null;
  const exponent = exponents[currency] ?? 0;
  if (unit === 'minor') {
    const whole = parseMajorUnits(text, { currency, exponent: 0 });
    return 'refused' in whole ? null : { ...whole, exponent };
  }
  const money = parseMajorUnits(text, { currency, exponent });
  return 'refused' in money ? null : money;
}
