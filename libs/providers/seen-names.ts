const LISTED_NAMES_MAX = 16;
/** Hash, start and end of a name. */
const NUMBERS_A_NAME = 3;

/**
 * Names of the objects that are open, the innermost one's last, by where they stand in the
 * document. Few names of an object are compared one by one by their hashes; many are a set, so that
 * a long object costs no more a member than a short one, whatever somebody makes its names hash to.
 */
export class SeenNames {
  readonly #textOf: (start: number, end: number) => string;
  readonly #listed: number[] = [];
  /** By where an object's names begin in the list; null until an object has many. */
  #sets: Map<number, Set<string>> | null = null;
  #first = 0;
  #end = 0;

  /** @param textOf the name that stands there, decoded */
  constructor(textOf: (start: number, end: number) => string) {
    this.#textOf = textOf;
  }

  /** Begins an object; the answer is for `leave`. */
  enter(): number {
    const outer = this.#first;
    this.#first = this.#end;
    return outer;
  }

  leave(outer: number): void {
    this.#sets?.delete(this.#first);
    this.#end = this.#first;
    this.#first = outer;
  }

  /** False where the innermost object has the name already. `hash` is of the decoded name. */
  add(hash: number, start: number, end: number): boolean {
    const set = this.#sets?.get(this.#first);
    if (set !== undefined) return set.size !== set.add(this.#textOf(start, end)).size;
    const listed = this.#listed;
    for (let i = this.#first; i < this.#end; i += NUMBERS_A_NAME) {
      if (listed[i] === hash && this.#textAt(i) === this.#textOf(start, end)) return false;
    }
    listed[this.#end] = hash;
    listed[this.#end + 1] = start;
    listed[this.#end + 2] = end;
    this.#end += NUMBERS_A_NAME;
    if (this.#end - this.#first > LISTED_NAMES_MAX * NUMBERS_A_NAME) this.#makeSet();
    return true;
  }

  #makeSet(): void {
    const texts = new Set<string>();
    for (let i = this.#first; i < this.#end; i += NUMBERS_A_NAME) texts.add(this.#textAt(i));
    this.#sets ??= new Map();
    this.#sets.set(this.#first, texts);
  }

  #textAt(i: number): string {
    return this.#textOf(this.#listed[i + 1] ?? 0, this.#listed[i + 2] ?? 0);
  }
}
