import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiProperty } from '@nestjs/swagger';
import { EventLog } from '#event-log/event-log.js';
import { encodeObservation } from '#events/envelope.js';
import { encodePosition } from '#events/position.js';
import type { LogRecord } from '#events/record.js';
import { bodyDigest, KeyRing } from '#events/sealing.js';
import { uuidV7 } from '#events/uuid.js';
import { LedgerPeriodReader } from '#read-models/queries/ledger-period-reader.js';
import type { Refusal } from '../http/refusal.js';
import { endOfPeriod } from './period.js';

export class ClosePeriod extends Command<ClosedPeriodResource | Refusal> {
  readonly periodId: string;
  readonly requestId: string;

  constructor(periodId: string, requestId: string) {
    super();
    this.periodId = periodId;
    this.requestId = requestId;
  }
}

/** That a period is closed: what is dated in it and comes later counts from its end. */
export class ClosedPeriodResource {
  @ApiProperty({ example: '2026-10' })
  readonly periodId!: string;

  @ApiProperty({ format: 'date-time' })
  readonly until!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Reads take it as `minPosition`. Null where the period was closed already.',
  })
  readonly position!: string | null;
}

/** The account that our own records are of. */
const OWN_ACCOUNT = 'cuadre';

@CommandHandler(ClosePeriod)
export class ClosePeriodHandler implements ICommandHandler<ClosePeriod> {
  readonly #log: EventLog;
  readonly #keyRing: KeyRing;
  readonly #periods: LedgerPeriodReader;

  constructor(log: EventLog, keyRing: KeyRing, periods: LedgerPeriodReader) {
    this.#log = log;
    this.#keyRing = keyRing;
    this.#periods = periods;
  }

  async execute({ periodId, requestId }: ClosePeriod): Promise<ClosedPeriodResource | Refusal> {
    const until = endOfPeriod(periodId);
    const nowMs = Date.now();
    if (Date.parse(until) > nowMs) {
      return refused('not-over-yet', `Period ${periodId} is not over before ${until}.`);
    }
    const rows = await this.#periods.closedUntil();
    const closed = rows.map(({ closedUntil }) => closedUntil?.toISOString() ?? '');
    const last = closed.reduce((a, b) => (a > b ? a : b), '');
    if (last > until) {
      return refused('closed-already', `The books are closed until ${last} already.`);
    }
    const isClosed = closed.length === this.#log.partitions && closed.every((one) => one === until);
    if (isClosed) return { periodId, until, position: null };
    const positions = await this.#log.append(
      Array.from({ length: this.#log.partitions }, (_, partition) =>
        this.#record({ partition, periodId, until, requestId, nowMs }),
      ),
    );
    const next = Array.from({ length: this.#log.partitions }, (_, partition) => {
      const found = positions.find((one) => one.partition === partition);
      return found === undefined ? 0n : found.position + 1n;
    });
    return { periodId, until, position: encodePosition({ logId: this.#log.logId, next }) };
  }

  #record(close: {
    readonly partition: number;
    readonly periodId: string;
    readonly until: string;
    readonly requestId: string;
    readonly nowMs: number;
  }): LogRecord {
    const { partition, periodId, until, requestId, nowMs } = close;
    const value = Buffer.from(JSON.stringify({ body: { period: periodId, until }, query: {} }));
    const record = encodeObservation({
      id: uuidV7(),
      kind: 'period-close',
      account: OWN_ACCOUNT,
      route: 'period-close',
      subject: `${OWN_ACCOUNT}/period/${periodId}/${partition}`,
      receivedAtMs: nowMs,
      schema: { provider: OWN_ACCOUNT, shape: 'period-close', version: 1 },
      verification: { mode: 'api', keyId: null, verdict: 'verified' },
      requestId,
      providerTraceIds: [],
      redactedQuery: null,
      headers: {},
      bodyType: null,
      bodyDigest: bodyDigest(value, this.#keyRing.digestKey),
      traceparent: null,
      lookup: null,
      value,
      sealed: null,
    });
    return { ...record, partition };
  }
}

function refused(code: string, detail: string): Refusal {
  const errors = [{ pointer: '/path/periodId', code, detail }];
  return { refused: 'invalid-parameter', detail, errors };
}
