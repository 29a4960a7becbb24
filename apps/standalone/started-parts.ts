type Stop = () => Promise<void> | void;

/** What has been started so far, so that a start that fails half-way leaves nothing behind. */
export class StartedParts {
  readonly #parts: { readonly name: string; readonly stop: Stop }[] = [];
  #isStopping = false;

  /** A part that is started while the others are being stopped is stopped at once. */
  add(name: string, stop: Stop): void {
    if (this.#isStopping) void stop();
    else this.#parts.push({ name, stop });
  }

  /**
   * The last started first: what takes in work, then what does it, then what both stand on. A part that
   * fails does not keep the others from being stopped. Answers how many failed.
   */
  async stopAll(onError: (name: string, error: unknown) => void): Promise<number> {
    this.#isStopping = true;
    let failures = 0;
    for (const { name, stop } of this.#parts.toReversed()) {
      try {
        await stop();
      } catch (error) {
        failures += 1;
        onError(name, error);
      }
    }
    return failures;
  }
}
