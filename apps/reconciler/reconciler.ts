import { setTimeout as sleep } from 'node:timers/promises';
import { CommandBus } from '@nestjs/cqrs';
import { uuidV7 } from '#events/uuid.js';
import { invariant } from '#ledger/assert.js';
import type { Logger } from '#platform/logger.js';
import type { Metrics } from '#platform/metrics.js';
import { TokenBucket } from '#platform/token-bucket.js';
import type { Account } from '#providers/account.js';
import type { LookupLease, LookupLeases } from '#read-models/writes/lookup-leases.js';
import { ConfirmPayment, type ConfirmPaymentResult } from './confirm-payment.js';
import type { LookupClients } from './lookup-clients.js';

const POLL_MS_MIN = 50;
const POLL_MS_MAX = 500;
const IN_FLIGHT_MAX = 8;
const COUNT_INTERVAL_MS = 1_000;
const PRUNE_INTERVAL_MS = 60_000;
/** While other lookups of the account are answered, one that fails is put off for long. */
const BACKOFF_MS_MAX = 300_000;
/** While none is answered, the provider is down: its return must not go unnoticed for minutes. */
const OUTAGE_BACKOFF_MS_MAX = 30_000;
const OUTAGE_MS = 60_000;

export type ReconcilerPorts = {
  readonly leases: LookupLeases;
  readonly clients: LookupClients;
  readonly commands: CommandBus;
  readonly logger: Logger;
  readonly metrics: Metrics;
};

/**
 * Takes what is due from the work queue and has it confirmed: each account under its own budget of
 * lookups, which is kept by each process for itself. Never gives a claim up.
 */
export class Reconciler {
  private readonly desks: readonly AccountDesk[];
  private readonly owner = uuidV7();
  private readonly stopping = new AbortController();
  private running: Promise<void> | null = null;
  private countedAtMs = 0;
  private prunedAtMs = 0;
  private lastError = '';

  constructor(private readonly ports: ReconcilerPorts) {
    this.desks = ports.clients.accounts.map((account) => new AccountDesk(account));
  }

  start(): void {
    invariant(this.running === null, 'The reconciler is started once.');
    this.running = this.run();
  }

  /** Resolves once no lookup is under way. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    await Promise.all(this.desks.flatMap(({ inFlight }) => [...inFlight]));
  }

  private async run(): Promise<void> {
    let pollMs = POLL_MS_MIN;
    while (!this.stopping.signal.aborted) {
      const taken = await this.tick();
      pollMs = taken > 0 ? POLL_MS_MIN : Math.min(POLL_MS_MAX, pollMs * 2);
      await sleep(pollMs, undefined, { signal: this.stopping.signal }).catch(() => {
        // An aborted sleep is the way out of it.
      });
    }
  }

  /** Takes and starts what may be started now. */
  private async tick(): Promise<number> {
    try {
      const taken = await Promise.all(this.desks.map((desk) => this.serve(desk)));
      await this.keepHouse();
      this.lastError = '';
      return taken.reduce((sum, count) => sum + count, 0);
    } catch (error) {
      // The queue is polled again; one line tells of a fault however long it lasts.
      const text = String(error);
      if (text !== this.lastError) {
        this.ports.logger.warn({ err: error }, 'The work queue could not be read.');
      }
      this.lastError = text;
      return 0;
    }
  }

  private async serve(desk: AccountDesk): Promise<number> {
    const limit = desk.capacity(performance.now());
    if (limit === 0) return 0;
    const leases = await this.ports.leases.take(desk.account.id, { limit, owner: this.owner });
    for (const lease of leases) desk.begin(this.confirm(desk, lease));
    return leases.length;
  }

  private async confirm(desk: AccountDesk, lease: LookupLease): Promise<void> {
    const { commands, logger, metrics } = this.ports;
    const fields = { subject: lease.subject, account: lease.account };
    try {
      const result: ConfirmPaymentResult = await commands.execute(
        new ConfirmPayment(lease, desk.backoffMsMax(performance.now())),
      );
      metrics.lookups.inc({ provider: lease.provider, outcome: result.outcome });
      if ('error' in result) {
        const level = result.outcome === 'failed' ? 'error' : 'warn';
        logger[level]({ ...fields, err: result.error }, 'A lookup was not answered.');
      } else {
        desk.answered(performance.now());
        logger.debug({ ...fields, outcome: result.outcome }, 'A lookup was answered.');
      }
    } catch (error) {
      // Even the attempt could not be noted: the lease runs out by itself.
      logger.warn({ ...fields, err: error }, 'A lookup was interrupted.');
    }
  }

  private async keepHouse(): Promise<void> {
    const { leases, metrics } = this.ports;
    const nowMs = performance.now();
    if (nowMs - this.countedAtMs >= COUNT_INTERVAL_MS) {
      this.countedAtMs = nowMs;
      metrics.lookupsDue.set(await leases.countWaiting());
    }
    if (nowMs - this.prunedAtMs >= PRUNE_INTERVAL_MS) {
      this.prunedAtMs = nowMs;
      await leases.prune();
    }
  }
}

/** One account's budget and what is under way for it. */
class AccountDesk {
  readonly inFlight = new Set<Promise<void>>();
  private readonly bucket: TokenBucket;
  private answeredAtMs = -Infinity;

  constructor(readonly account: Account) {
    const rate = account.api?.lookupRate ?? { perSecond: 1, burst: 1 };
    this.bucket = new TokenBucket(rate, performance.now());
  }

  capacity(nowMs: number): number {
    return Math.min(this.bucket.available(nowMs), IN_FLIGHT_MAX - this.inFlight.size);
  }

  begin(lookup: Promise<void>): void {
    this.bucket.take(performance.now());
    this.inFlight.add(lookup);
    void lookup.finally(() => this.inFlight.delete(lookup));
  }

  answered(nowMs: number): void {
    this.answeredAtMs = nowMs;
  }

  backoffMsMax(nowMs: number): number {
    return nowMs - this.answeredAtMs < OUTAGE_MS ? BACKOFF_MS_MAX : OUTAGE_BACKOFF_MS_MAX;
  }
}
