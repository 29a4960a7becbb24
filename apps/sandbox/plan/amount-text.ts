/** Major units with all decimals: `50000.00`, and `49990` where the currency has none. */
export function majorText(minor: number, exponent: number): string {
  return (minor / 10 ** exponent).toFixed(exponent);
}

/** Major units without idle decimals: `50000`, `49.99`. */
export function shortText(minor: number, exponent: number): string {
  return String(majorNumber(minor, exponent));
}

/** Major units as a JSON number, as JavaScript writes it. */
export function majorNumber(minor: number, exponent: number): number {
  return Number(majorText(minor, exponent));
}

/** A JSON number of exactly this text: a sender in Python writes `100.0`, not `100`. */
export function numberOf(text: string): unknown {
  return rawJson(text);
}

const { rawJSON: rawJson } = JSON as unknown as { rawJSON(text: string): unknown };
