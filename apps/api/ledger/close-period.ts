import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiProperty } from '@nestjs/swagger';
import { EventLog } from '#event-log/event-log.js';
import { positionAfterAll } from '#events/position.js';
import { KeyRing } from '#events/sealing.js';
import { LedgerPeriodReader } from '#read-models/queries/ledger-period-reader.js';
import type { Refusal } from '../http/refusal.js';
import { operatorRecord, type OperatorCall } from './operator-record.js';
import type { Period } from './period.js';

export class ClosePeriod extends Command<ClosedPeriodResource | Refusal> {
  readonly period: Period;
  readonly call: OperatorCall;

  constructor(period: Period, call: OperatorCall) {
    super();
    this.period = period;
    this.call = call;
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

  async execute({ period, call }: ClosePeriod): Promise<ClosedPeriodResource | Refusal> {
    const { periodId, until } = period;
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
    const at = { call, keyRing: this.#keyRing, nowMs };
    const positions = await this.#log.append(
      Array.from({ length: this.#log.partitions }, (_, partition) => ({
        ...operatorRecord(
          {
            kind: 'period-close',
            account: OWN_ACCOUNT,
            subject: `${OWN_ACCOUNT}/period/${periodId}/${partition}`,
            schema: { provider: OWN_ACCOUNT, shape: 'period-close', version: 1 },
            facts: { period: periodId, until },
          },
          at,
        ),
        partition,
      })),
    );
    return { periodId, until, position: positionAfterAll(this.#log, positions) };
  }
}

function refused(code: string, detail: string): Refusal {
  const errors = [{ pointer: '/path/periodId', code, detail }];
  return { refused: 'invalid-parameter', detail, errors };
}
