const FAILURES_SHOWN_MAX = 5;

/** One guarantee, tried on everything that a run has left behind. */
export class Check {
  #checked = 0;
  #failures = 0;
  readonly #shown: string[] = [];

  /** `title` is the guarantee: `every webhook answered 2xx is in the log`. */
  constructor(readonly title: string) {}

  get checked(): number {
    return this.#checked;
  }

  get failures(): number {
    return this.#failures;
  }

  /** The first failures, one line each. */
  get shown(): readonly string[] {
    return this.#shown;
  }

  /** A check that found nothing to check has shown nothing. */
  get isPassed(): boolean {
    return this.#failures === 0 && this.#checked > 0;
  }

  /** Counts one thing as checked; `failure` says what is wrong with it, null that nothing is. */
  record(failure: string | null): void {
    this.#checked += 1;
    if (failure !== null) this.#fail(failure);
  }

  /** Both maps hold the same values under the same keys. */
  compare(expected: ReadonlyMap<string, string>, actual: ReadonlyMap<string, string>): void {
    for (const [key, value] of expected) {
      const found = actual.get(key);
      if (found === value) this.record(null);
      else this.record(`${key}: expected ${value}, found ${found ?? 'nothing'}`);
    }
    for (const [key, value] of actual) {
      if (!expected.has(key)) this.record(`${key}: expected nothing, found ${value}`);
    }
  }

  #fail(failure: string): void {
    this.#failures += 1;
    if (this.#shown.length < FAILURES_SHOWN_MAX) this.#shown.push(failure);
  }
}
