/**
 * What stands in a text, as bits. One look at each character answers what would take an expression each,
 * and every text of every delivery is asked most of it.
 */
export const HAS = {
  /** A control character or a line separator, also of those beyond ASCII; or `@`. */
  controlOrAt: 1,
  /** White space of any script. */
  space: 2,
  /** Something besides `A-Z a-z 0-9 _ . -`. */
  nonWord: 4,
  /** Thirteen digits on end, or four beside four: without them there is no card number. */
  cardMark: 8,
  /** A space, `_` or `J`: without one of them there is no credential. */
  credentialMark: 16,
} as const;

/** The sum of what is in `HAS`. */
export function surveyOf(text: string): number {
  let found = 0;
  let digits = 0;
  let isGrouped = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= ZERO && code <= NINE) {
      digits += 1;
      if (digits === CARD_DIGITS_MIN || (isGrouped && digits === CARD_GROUP_DIGITS)) {
        found |= HAS.cardMark;
      }
      continue;
    }
    found |= BY_CODE[code] ?? bitsOf(code);
    isGrouped = digits >= CARD_GROUP_DIGITS && (code === SPACE || code === DOT || code === HYPHEN);
    digits = 0;
  }
  return found;
}

const CARD_DIGITS_MIN = 13;
const CARD_GROUP_DIGITS = 4;
const SPACE = 0x20;
const HYPHEN = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const ASCII_CODES = 128;

const WHITE_SPACE = /\s/;
const WORD = /[A-Za-z0-9_.-]/;
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL_OR_AT = /[\u0000-\u001f\u007f-\u009f\u2028\u2029@]/;

function bitsOf(code: number): number {
  const character = String.fromCharCode(code);
  return (
    (CONTROL_OR_AT.test(character) ? HAS.controlOrAt : 0) |
    (WHITE_SPACE.test(character) ? HAS.space : 0) |
    (WORD.test(character) ? 0 : HAS.nonWord) |
    (' _J'.includes(character) ? HAS.credentialMark : 0)
  );
}

const BY_CODE = Uint8Array.from({ length: ASCII_CODES }, (_, code) => bitsOf(code));
