import { setTimeout as sleep } from 'node:timers/promises';
import { Subscription } from '../event-log.js';
import { Membership, type MembershipPorts } from './membership.js';

const REJOIN_MS_MIN = 200;
const REJOIN_MS_MAX = 2_000;

export type GroupConsumerPorts = Omit<MembershipPorts, 'onActivity'>;

/** A subscription: joins the group, and joins again with a new consumer whenever one has ended. */
export class GroupConsumer extends Subscription {
  readonly #ports: GroupConsumerPorts;
  readonly #stopping = new AbortController();
  #membership: Membership | null = null;
  #lastActivityMs = performance.now();
  #run: Promise<void> = Promise.resolve();

  private constructor(ports: GroupConsumerPorts) {
    super();
    this.#ports = ports;
  }

  /** Resolves after the first attempt to join; a failed one is reported, and more follow. */
  static async start(ports: GroupConsumerPorts): Promise<GroupConsumer> {
    const consumer = new GroupConsumer(ports);
    await new Promise<void>((resolve) => {
      consumer.#run = consumer.#supervise(resolve);
    });
    return consumer;
  }

  override assigned(): readonly number[] {
    return this.#membership?.assigned() ?? [];
  }

  override idleMs(): number {
    return performance.now() - this.#lastActivityMs;
  }

  override async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#run;
  }

  async #supervise(onAttempted: () => void): Promise<void> {
    const { signal } = this.#stopping;
    const stopped = new Promise<null>((resolve) => {
      signal.addEventListener('abort', () => resolve(null), { once: true });
    });
    let rejoinMs = REJOIN_MS_MIN;
    while (!signal.aborted) {
      this.#showLife();
      const startedMs = performance.now();
      const membership = new Membership({ ...this.#ports, onActivity: () => this.#showLife() });
      this.#membership = membership;
      const reason = await Promise.race([this.#live(membership, onAttempted), stopped]);
      if (reason !== null) this.#ports.onError(reason, null);
      await membership.end({ isPatient: signal.aborted });
      this.#membership = null;
      onAttempted();
      const isShortLived = performance.now() - startedMs < REJOIN_MS_MAX;
      rejoinMs = isShortLived ? Math.min(rejoinMs * 2, REJOIN_MS_MAX) : REJOIN_MS_MIN;
      // Aborted means only that there is nothing more to wait for.
      if (!signal.aborted) await sleep(rejoinMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #live(membership: Membership, onJoined: () => void): Promise<Error | null> {
    try {
      await membership.join();
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
    onJoined();
    return membership.over();
  }

  #showLife(): void {
    this.#lastActivityMs = performance.now();
  }
}
