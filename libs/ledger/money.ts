/**
 * Money in minor units, as a bigint. The exponent travels with the amount because providers differ
 * from ISO 4217 and from each other (CLP and PYG have none here).
 */
export type Money = {
  readonly minor: bigint;
  readonly currency: string;
  readonly exponent: number;
};

/** Money on the wire: strings only, so that no reader passes it through a float. */
export type MoneyJson = {
  readonly amount: string;
  readonly currency: string;
  readonly minorUnits: string;
  readonly exponent: number;
};

export type AmountRefusal = 'not-an-amount' | 'too-many-decimals' | 'not-a-currency';

const MAJOR_UNITS = /^(-?)(0|[1-9]\d{0,17})(?:\.(\d{1,18}))?$/;
const CURRENCY = /^[A-Z]{3,4}$/;

/**
 * Parses the provider's own text for an amount in major units (`"50000.00"`, `49.9`, `70`).
 *
 * Never through a float, no exponent form, no thousands separator. Decimals beyond the exponent are
 * allowed only when they are zeros: `"10.000"` is 10 CLP, `"10.5"` in CLP is refused.
 */
export function parseMajorUnits(
  text: string,
  { currency, exponent }: { currency: string; exponent: number },
): Money | { readonly refused: AmountRefusal } {
  if (!CURRENCY.test(currency)) return { refused: 'not-a-currency' };
  const match = MAJOR_UNITS.exec(text);
  if (match === null) return { refused: 'not-an-amount' };
  const [, sign, whole = '0', decimals = ''] = match;
  const kept = decimals.slice(0, exponent).padEnd(exponent, '0');
  if (/[^0]/.test(decimals.slice(exponent))) return { refused: 'too-many-decimals' };
  const minor = BigInt(whole + kept);
  return { minor: sign === '-' ? -minor : minor, currency, exponent };
}

/** `50000.00` from 5000000 minor units with exponent 2. */
export function formatMajorUnits({ minor, exponent }: Money): string {
  const digits = (minor < 0n ? -minor : minor).toString().padStart(exponent + 1, '0');
  const whole = digits.slice(0, digits.length - exponent);
  const decimals = digits.slice(digits.length - exponent);
  return `${minor < 0n ? '-' : ''}${whole}${exponent === 0 ? '' : `.${decimals}`}`;
}

/** `minor currency exponent`: equal money, equal text. */
export function moneyText({ minor, currency, exponent }: Money): string {
  return `${minor} ${currency} ${exponent}`;
}

/** May the two be summed and compared? */
export function isSameCurrency(a: Money, b: Money): boolean {
  return a.currency === b.currency && a.exponent === b.exponent;
}

export function moneyToJson(money: Money): MoneyJson {
  return {
    amount: formatMajorUnits(money),
    currency: money.currency,
    minorUnits: money.minor.toString(),
    exponent: money.exponent,
  };
}
