import { setTimeout as sleep } from 'node:timers/promises';
import type { EventLog } from '#event-log/event-log.js';
import { publicHeaders } from '#events/public-events.js';
import type { LogRecord } from '#events/record.js';
import { ATTRIBUTES, SEMCONV } from '#platform/attributes.js';
import type { Logger } from '#platform/logger.js';
import { currentTraceparent, inBatchSpan, linkTo } from '#platform/tracing.js';
import type { Database } from '#read-models/database.js';
import { acquireSessionLock, type SessionLock } from '#read-models/session-lock.js';
import { deleteOutbox, readOutbox, type OutboxMessage } from '#read-models/writes/outbox.js';

const RELAY_LOCK = 4_210_003;
const BATCH_MESSAGES_MAX = 1_000;
const IDLE_MS_MIN = 10;
const IDLE_MS_MAX = 200;
const RETRY_MS = 1_000;

export type RelayPorts = {
  readonly database: Database;
  /** Public logs by topic name. */
  readonly logs: ReadonlyMap<string, EventLog>;
  readonly logger: Logger;
  /** Age of the oldest message that waits, in seconds; 0 when none does. */
  readonly onOldestSeconds: (seconds: number) => void;
};

/**
 * Sends what the outbox holds to the public topics, at least once and in order per key, and only then
 * deletes it. One relay works at a time, over all processes; the others wait to take over.
 */
export class Relay {
  private readonly stopping = new AbortController();
  private running: Promise<void> | null = null;

  constructor(private readonly ports: RelayPorts) {}

  start(): void {
    this.running ??= this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        const lock = await acquireSessionLock(this.ports.database, RELAY_LOCK);
        if (lock === null) await this.rest(RETRY_MS);
        else await this.relayWhile(lock);
      } catch (error) {
        this.ports.logger.warn({ err: error }, 'The relay failed and tries again.');
        await this.rest(RETRY_MS);
      }
    }
  }

  private async relayWhile(lock: SessionLock): Promise<void> {
    try {
      let idleMs = IDLE_MS_MIN;
      while (!this.stopping.signal.aborted && lock.isHeld()) {
        const messages = await readOutbox(lock.connection, BATCH_MESSAGES_MAX);
        this.ports.onOldestSeconds(ageSeconds(messages[0]));
        if (messages.length === 0) {
          await this.rest(idleMs);
          idleMs = Math.min(idleMs * 2, IDLE_MS_MAX);
          continue;
        }
        idleMs = IDLE_MS_MIN;
        if (!(await this.sendAll(messages, lock))) break;
        await deleteOutbox(
          lock.connection,
          messages.map((message) => message.id),
        );
      }
    } finally {
      await lock.release();
    }
  }

  /**
   * Sends until it is done, and keeps the lock meanwhile. An append that was refused may still become
   * durable; a relay that takes over could then be overtaken by what this one has sent before, and a
   * compacted topic would keep the older snapshot. Answers false when it had to give up.
   */
  private async sendAll(messages: readonly OutboxMessage[], lock: SessionLock): Promise<boolean> {
    while (!this.stopping.signal.aborted && lock.isHeld()) {
      try {
        await this.send(messages);
        return true;
      } catch (error) {
        this.ports.logger.warn({ err: error }, 'The public topics took no messages; trying again.');
        await this.rest(RETRY_MS);
      }
    }
    return false;
  }

  private async send(messages: readonly OutboxMessage[]): Promise<void> {
    for (const [topic, batch] of Map.groupBy(messages, (message) => message.topic)) {
      const log = this.ports.logs.get(topic);
      if (log === undefined) throw new Error(`No log is open for topic ${topic}.`);
      const links = batch.map((message) => linkTo(message.traceparent));
      const attributes = {
        [SEMCONV.messagingOperation]: 'send',
        [SEMCONV.messagingDestination]: topic,
        [SEMCONV.messagingBatchCount]: batch.length,
        [ATTRIBUTES.outboxLagMs]: Math.round(ageSeconds(batch[0]) * 1000),
      };
      await inBatchSpan(`send ${topic}`, { kind: 'producer', root: true, attributes, links }, () =>
        log.append(batch.map((message) => toRecord(message, currentTraceparent()))),
      );
    }
  }

  private async rest(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }
}

/** `traceparent` is this hop's; the trace that started it all stays in `ce_traceparent`. */
function toRecord(message: OutboxMessage, hop: string | null): LogRecord {
  const texts = { ...publicHeaders(message), ...(hop === null ? {} : { traceparent: hop }) };
  const bytes = Object.entries(texts).map(([name, text]) => [name, Buffer.from(text)] as const);
  const { key, value } = message;
  return { key, value, headers: Object.fromEntries(bytes) };
}

function ageSeconds(message: OutboxMessage | undefined): number {
  return message === undefined ? 0 : (Date.now() - message.createdAt.getTime()) / 1000;
}
