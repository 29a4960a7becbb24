/** The time that deliveries are due by. */
export abstract class DeliveryClock {
  /** Milliseconds; only differences mean something. */
  abstract nowMs(): number;
  /** Calls back once after so many milliseconds; answers how to call it off. */
  abstract after(ms: number, call: () => void): () => void;
}

export class SystemDeliveryClock extends DeliveryClock {
  override nowMs(): number {
    return performance.now();
  }

  override after(ms: number, call: () => void): () => void {
    // A day is less than what a timer takes at most (24.8 days).
    const timer = setTimeout(call, Math.min(ms, 2 ** 31 - 1));
    return () => clearTimeout(timer);
  }
}
