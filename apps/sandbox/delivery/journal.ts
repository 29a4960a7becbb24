import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** One delivery that was answered 2xx: from then on it must never be lost. */
export type JournalEntry = {
  /** ISO 8601. */
  readonly answeredAt: string;
  readonly deliveryId: string;
  readonly source: string;
  readonly orderId: string;
  readonly isGenuine: boolean;
  readonly status: number;
  /** What the answer named; null when it named none. */
  readonly requestId: string | null;
  readonly position: string | null;
  readonly bodySha256: string;
};

/** JSON lines, written before the delivery counts as done. */
export class Journal {
  readonly #descriptor: number;

  constructor(file: string) {
    mkdirSync(dirname(file), { recursive: true });
    this.#descriptor = openSync(file, 'a', 0o600);
  }

  write(entry: JournalEntry): void {
    writeSync(this.#descriptor, `${JSON.stringify(entry)}\n`);
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}
