import { createHash } from 'node:crypto';

/**
 * Mulberry32: small, fast, and the same on every machine, so that a seed names a stream of deliveries.
 * Choices come from here; ids come from `idFrom` because 32 bits of state are too few for unique ids.
 */
export class SeededRandom {
  #state: number;

  constructor(seed: number, stream = 0) {
    this.#state = Math.imul(seed | 0, 0x9e3779b1) ^ Math.imul(stream + 1, 0x85ebca6b);
  }

  /** At least 0, below 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** Both ends included. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  isHit(percent: number): boolean {
    return this.next() * 100 < percent;
  }

  pick<T>(items: readonly [T, ...T[]]): T {
    return items[this.integer(0, items.length - 1)] ?? items[0];
  }

  shuffled<T>(items: readonly T[]): readonly T[] {
    return items
      .map((item) => ({ item, at: this.next() }))
      .sort((a, b) => a.at - b.at)
      .map(({ item }) => item);
  }
}

/** A uuid that follows from a name, in the form of a random one, as providers send them. */
export function uuidFrom(name: string): string {
  const hex = digestOf(name);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Eight characters, like Cobru's slugs. */
export function slugFrom(name: string): string {
  const number = BigInt(`0x${digestOf(name).slice(0, 14)}`) % 36n ** 8n;
  return number.toString(36).padStart(8, '0');
}

export function digestOf(name: string): string {
  return createHash('sha256').update(name).digest('hex');
}
