import type { Output } from './command.js';

const PLAIN_EVERY_MS = 2_000;

/** Tells how far long work is: one line that is rewritten on a terminal, a line now and then elsewhere. */
export class ProgressLine {
  #writtenAtMs = -Infinity;
  #isShown = false;

  constructor(private readonly output: Output) {}

  update(text: string): void {
    if (this.output.isTTY === true) {
      this.output.write(`\r\u001b[2K${text.slice(0, (this.output.columns ?? 80) - 1)}`);
      this.#isShown = true;
      return;
    }
    if (performance.now() - this.#writtenAtMs < PLAIN_EVERY_MS) return;
    this.#writtenAtMs = performance.now();
    this.output.write(`${text}\n`);
  }

  /** Takes the line away, so that what follows stands alone. */
  clear(): void {
    if (this.#isShown) this.output.write('\r\u001b[2K');
    this.#isShown = false;
  }
}
