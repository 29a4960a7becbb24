const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;
const HEX_WORD = /[0-9a-f]{20,}/gi;
/** What every number below contains: cheap, and seldom found. */
const CANDIDATE = /\d{13}|\d{4}[ .-]\d{4}/;
const DIGITS = /(?<!\d)\d{13,19}(?!\d)/g;
/** Looks ahead, so that a number is also found where the groups before it look like the start of another. */
const GROUPED =
  /(?<!\d)(?=(\d{4}([ .-])\d{4}\2\d{4}\2\d{1,7}(?!\d)|\d{4}([ .-])\d{6}\3\d{4,5}(?!\d)))/g;

/** Issuer prefixes with the lengths that they use (ISO/IEC 7812 ranges of the card schemes). */
const ISSUERS: readonly RegExp[] = [
  /^4(?:\d{12}|\d{15}|\d{18})$/,
  /^(?:5[1-5]\d{2}|222[1-9]|22[3-9]\d|2[3-6]\d{2}|27[01]\d|2720)\d{12}$/,
  /^3[47]\d{13}$/,
  /^3(?:0[0-5]|[689]\d)\d{11,16}$/,
  /^(?:6011|62\d{2}|64[4-9]\d|65\d{2})\d{12,15}$/,
  /^35(?:2[89]|[3-8]\d)\d{12,15}$/,
  /^(?:50|5[6-9]|6\d)\d{11,17}$/,
];

/**
 * Does the text hold what looks like a card number: 13 to 19 digits, plain or in the usual groups,
 * with an issuer's prefix and a right check digit (Luhn)?
 *
 * Hexadecimal identifiers are passed over: one in some thousands would look like a card by chance,
 * and a payment whose id is withheld is lost.
 */
export function hasCardNumber(text: string): boolean {
  if (!CANDIDATE.test(text)) return false;
  const rest = text
    .replace(UUID, ' _ ')
    .replace(HEX_WORD, (word) => (/[a-f]/i.test(word) ? '_' : word));
  const found = [
    ...[...rest.matchAll(DIGITS)].map(([digits]) => digits),
    ...[...rest.matchAll(GROUPED)].map(([, digits = '']) => digits),
  ];
  return found.some((digits) => isCardNumber(digits.replace(/\D/g, '')));
}

function isCardNumber(digits: string): boolean {
  return ISSUERS.some((issuer) => issuer.test(digits)) && hasCheckDigit(digits);
}

function hasCheckDigit(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 0x30;
    const doubled = i % 2 === 0 ? digit : digit * 2;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
