import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const API_KEY_PRODUCE = 0;
const SIZE_BYTES = 4;

/**
 * A TCP proxy in front of one broker, which must advertise the proxy's port. It knows Kafka's frames
 * well enough to lose a chosen answer after the broker has stored what the request asked for.
 */
export type KafkaProxy = {
  readonly port: number;
  /** Loses the next answers to Produce requests: the client then hangs, or its connection is cut. */
  dropProduceAnswers(count: number, fate: 'hang' | 'cut'): void;
  /** Answers lost so far. */
  droppedAnswers(): number;
  /** Half-open: connections stay, nothing passes in either direction until `release`. */
  hold(): void;
  release(): void;
  /** Delays every frame by this much. */
  delay(delayMs: number): void;
  /** Resets every connection; new ones are welcome. */
  cut(): void;
  close(): Promise<void>;
};

export async function startKafkaProxy(options: {
  readonly port: number;
  /** Where the broker listens. */
  readonly brokerPort: number;
}): Promise<KafkaProxy> {
  const faults = new Faults();
  const links = new Set<Link>();
  const server: Server = createServer((client) => {
    const link = new Link(client, connect(options.brokerPort, '127.0.0.1'), faults);
    links.add(link);
    client.once('close', () => links.delete(link));
  });
  await new Promise<void>((resolve) => server.listen(options.port, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const link of links) link.cut();
  };
  return {
    port: options.port,
    dropProduceAnswers: (count, fate) => {
      faults.dropsLeft = count;
      faults.fate = fate;
    },
    droppedAnswers: () => faults.dropped,
    hold: () => faults.hold(),
    release: () => faults.release(),
    delay: (delayMs) => {
      faults.delayMs = delayMs;
    },
    cut,
    close: async () => {
      faults.release();
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What goes wrong just now, for all connections. */
class Faults {
  dropsLeft = 0;
  fate: 'hang' | 'cut' = 'hang';
  dropped = 0;
  delayMs = 0;
  #gate: { readonly promise: Promise<void>; readonly resolve: () => void } | null = null;

  hold(): void {
    this.#gate ??= Promise.withResolvers<void>();
  }

  release(): void {
    this.#gate?.resolve();
    this.#gate = null;
  }

  async pass(): Promise<void> {
    if (this.delayMs > 0) await sleep(this.delayMs);
    while (this.#gate !== null) await this.#gate.promise;
  }
}

/** One connection of a client, and the one to the broker that belongs to it. */
class Link {
  readonly #client: Socket;
  readonly #broker: Socket;
  readonly #faults: Faults;
  /** Correlation ids of Produce requests that the broker has not answered yet. */
  readonly #produces = new Set<number>();

  constructor(client: Socket, broker: Socket, faults: Faults) {
    this.#client = client;
    this.#broker = broker;
    this.#faults = faults;
    for (const socket of [client, broker]) {
      socket.setNoDelay(true);
      // A broken connection is this proxy's daily work: the other side is told by `close`.
      socket.on('error', () => undefined);
      socket.once('close', () => this.cut());
    }
    void this.#pump(client, (frame) => this.#request(frame));
    void this.#pump(broker, (frame) => this.#answer(frame));
  }

  cut(): void {
    this.#client.resetAndDestroy();
    this.#broker.resetAndDestroy();
  }

  #request(frame: Buffer): void {
    const apiKey = frame.readInt16BE(SIZE_BYTES);
    if (apiKey === API_KEY_PRODUCE) this.#produces.add(frame.readInt32BE(SIZE_BYTES + 4));
    this.#broker.write(frame);
  }

  #answer(frame: Buffer): void {
    const isProduce = this.#produces.delete(frame.readInt32BE(SIZE_BYTES));
    if (!isProduce || this.#faults.dropsLeft === 0) {
      this.#client.write(frame);
      return;
    }
    this.#faults.dropsLeft -= 1;
    this.#faults.dropped += 1;
    if (this.#faults.fate === 'cut') this.cut();
  }

  /** Frames in order, each a 4-byte length and that many bytes. */
  async #pump(source: Socket, forward: (frame: Buffer) => void): Promise<void> {
    let rest: Buffer = Buffer.alloc(0);
    try {
      for await (const chunk of source) {
        rest = Buffer.concat([rest, chunk as Buffer]);
        while (rest.length >= SIZE_BYTES) {
          const end = SIZE_BYTES + rest.readInt32BE(0);
          if (rest.length < end) break;
          await this.#faults.pass();
          forward(rest.subarray(0, end));
          rest = rest.subarray(end);
        }
      }
    } catch {
      // The connection broke, or was cut: `close` ends the other side.
    }
    this.cut();
  }
}
