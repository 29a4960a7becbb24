const INT32_MAX = 2 ** 31 - 1;

/**
 * A count of the provider's, for columns of 32 bits. Null where there is none, where it is no
 * integer, or where it does not fit: no such number is a count of anything.
 */
export function parseInt32(text: string | null): number | null {
  if (text === null || !/^-?\d+$/.test(text)) return null;
  const value = Number(text);
  return Math.abs(value) <= INT32_MAX ? value : null;
}
