/** `ORDER_STATUS_PAID` of `paid`: what protobuf's style makes of a name. */
export function enumName(prefix: string, value: string | null): string {
  return `${prefix}_${value?.toUpperCase() ?? 'UNSPECIFIED'}`;
}

/** The other way round: null for the unspecified. */
export function enumWord(prefix: string, name: string): string | null {
  const word = name.slice(prefix.length + 1).toLowerCase();
  return word === 'unspecified' ? null : word;
}
