import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiProperty } from '@nestjs/swagger';
import { EventLog } from '#event-log/event-log.js';
import { LedgerPeriodReader } from '#read-models/queries/ledger-period-reader.js';
import type { Refusal } from '../http/refusal.js';
import { PositionGate, type PositionWait } from '../position/position-gate.js';
import { periodEndingAt } from './period.js';

export class GetPeriods extends Query<PeriodsResource | Refusal> {
  readonly wait: PositionWait;

  constructor(wait: PositionWait) {
    super();
    this.wait = wait;
  }
}

const CLOSES_MAX = 500;

const time = { type: String, format: 'date-time', nullable: true } as const;

export class ClosedPartitionResource {
  @ApiProperty({ type: 'integer' })
  readonly partition!: number;

  @ApiProperty(time)
  readonly closedUntil!: string | null;
}

/** A close that the log has. */
export class PeriodCloseResource {
  @ApiProperty({ example: '2026-10' })
  readonly periodId!: string;

  @ApiProperty({ format: 'date-time' })
  readonly until!: string;

  @ApiProperty({
    type: 'integer',
    description: 'Partitions that have folded it: all of them, soon after the close.',
  })
  readonly partitions!: number;

  @ApiProperty({ format: 'date-time', description: 'When the log first had it.' })
  readonly recordedAt!: string;
}

/** How far the books are closed. */
export class PeriodsResource {
  @ApiProperty({
    ...time,
    description:
      'No entry that is booked from now on counts before it, in any partition; null is no close.',
  })
  readonly closedUntil!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: '2026-10',
    description:
      'The month that ends there, else the day, else the instant itself; null while nothing is closed.',
  })
  readonly lastClosed!: string | null;

  @ApiProperty({ type: () => [ClosedPartitionResource], description: 'By partition.' })
  readonly partitions!: readonly ClosedPartitionResource[];

  @ApiProperty({
    type: () => [PeriodCloseResource],
    description: `The last ${CLOSES_MAX} closes, the latest period first.`,
  })
  readonly closes!: readonly PeriodCloseResource[];
}

@QueryHandler(GetPeriods)
export class GetPeriodsHandler implements IQueryHandler<GetPeriods> {
  readonly #periods: LedgerPeriodReader;
  readonly #gate: PositionGate;
  readonly #log: EventLog;

  constructor(periods: LedgerPeriodReader, gate: PositionGate, log: EventLog) {
    this.#periods = periods;
    this.#gate = gate;
    this.#log = log;
  }

  async execute({ wait }: GetPeriods): Promise<PeriodsResource | Refusal> {
    const refusal = await this.#gate.pass(wait);
    if (refusal !== null) return refusal;
    const [rows, closes] = await Promise.all([
      this.#periods.closedUntil(),
      this.#periods.closes(CLOSES_MAX),
    ]);
    const partitions = Array.from({ length: this.#log.partitions }, (_, partition) => ({
      partition,
      closedUntil:
        rows.find((row) => row.partition === partition)?.closedUntil?.toISOString() ?? null,
    }));
    const closedUntil = partitions
      .map((one) => one.closedUntil)
      .reduce((least, one) => (least === null || one === null ? null : one < least ? one : least));
    return {
      closedUntil,
      lastClosed: closedUntil === null ? null : periodEndingAt(closedUntil),
      partitions,
      closes: closes.map(({ until, recordedAt, ...close }) => ({
        ...close,
        until: until.toISOString(),
        recordedAt: recordedAt.toISOString(),
      })),
    };
  }
}
