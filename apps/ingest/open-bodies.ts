/**
 * The bodies that are still on their way, all connections together, under one bound of bytes. Where
 * it is passed, the body that has been on its way the longest is given up: genuine senders are done
 * within milliseconds, so whoever holds memory by sending slowly loses it to them, and not they to
 * him.
 */
export class OpenBodies {
  readonly #open = new Set<OpenBody>();
  readonly #bytesMax: number;
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Begins a body; `giveUp` is called at most once, and not after `leave`. */
  enter(giveUp: () => void): OpenBody {
    const body = { bytes: 0, giveUp };
    this.#open.add(body);
    return body;
  }

  grow(body: OpenBody, bytes: number): void {
    body.bytes += bytes;
    this.#bytes += bytes;
    while (this.#bytes > this.#bytesMax) {
      const [oldest] = this.#open;
      if (oldest === undefined) return;
      this.leave(oldest);
      oldest.giveUp();
    }
  }

  leave(body: OpenBody): void {
    if (this.#open.delete(body)) this.#bytes -= body.bytes;
  }
}

export type OpenBody = { bytes: number; readonly giveUp: () => void };
