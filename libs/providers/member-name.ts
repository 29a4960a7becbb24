/**
 * A member's name as UTF-8 without escapes, where it stands in a document. Most names are never
 * needed as a string, and a scanner moves one such object from name to name.
 */
export class MemberName {
  /** Not seeded: equal names have one hash, and unequal ones may have it, too. */
  hash = 0;
  #bytes: Uint8Array = NO_BYTES;
  #start = 0;
  #end = 0;

  static of(text: string): MemberName {
    const bytes = Buffer.from(text);
    return new MemberName().moveTo(bytes, 0, bytes.length);
  }

  moveTo(bytes: Uint8Array, start: number, end: number): this {
    let hash = 0;
    for (let at = start; at < end; at += 1) hash = hashWith(hash, bytes[at] ?? 0);
    return this.place(bytes, { start, end, hash });
  }

  /** As `moveTo`, where the hash is known already. */
  place(
    bytes: Uint8Array,
    { start, end, hash }: { readonly start: number; readonly end: number; readonly hash: number },
  ): this {
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    this.hash = hash;
    return this;
  }

  equals(other: MemberName): boolean {
    if (this.hash !== other.hash) return false;
    const length = this.#end - this.#start;
    if (length !== other.#end - other.#start) return false;
    for (let i = 0; i < length; i += 1) {
      if (this.#bytes[this.#start + i] !== other.#bytes[other.#start + i]) return false;
    }
    return true;
  }
}

const NO_BYTES = new Uint8Array();

/** The hash of a name that goes on with this byte; that of no byte is 0. */
export function hashWith(hash: number, byte: number): number {
  return (Math.imul(hash, 31) + byte) | 0;
}
