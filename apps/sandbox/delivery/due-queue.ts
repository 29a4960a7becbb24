/** A binary heap: what is due soonest comes first; ties keep no order. */
export class DueQueue<T> {
  readonly #items: { readonly dueMs: number; readonly item: T }[] = [];

  get size(): number {
    return this.#items.length;
  }

  /** When the first item is due; null when there is none. */
  nextDueMs(): number | null {
    return this.#items[0]?.dueMs ?? null;
  }

  push(item: T, dueMs: number): void {
    const items = this.#items;
    items.push({ item, dueMs });
    let at = items.length - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#dueAt(parent) <= this.#dueAt(at)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  /** Takes the first item, due or not. */
  pop(): T | null {
    const items = this.#items;
    const [first] = items;
    const last = items.pop();
    if (first === undefined || last === undefined) return null;
    if (items.length === 0) return first.item;
    items[0] = last;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const right = left + 1;
      let least = at;
      if (this.#dueAt(left) < this.#dueAt(least)) least = left;
      if (this.#dueAt(right) < this.#dueAt(least)) least = right;
      if (least === at) return first.item;
      this.#swap(at, least);
      at = least;
    }
  }

  #dueAt(index: number): number {
    return this.#items[index]?.dueMs ?? Infinity;
  }

  #swap(a: number, b: number): void {
    const one = this.#items[a];
    const other = this.#items[b];
    if (one === undefined || other === undefined) return;
    this.#items[a] = other;
    this.#items[b] = one;
  }
}
