import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiProperty } from '@nestjs/swagger';
import { EventLog } from '#event-log/event-log.js';
import { OperationsReader, type QueueDepth } from '#read-models/queries/operations-reader.js';

export class GetStatus extends Query<StatusResource> {}

const time = { type: String, format: 'date-time', nullable: true } as const;

export class GenerationResource {
  @ApiProperty({ type: 'integer', description: "Of the fold's code." })
  readonly version!: number;

  @ApiProperty({ type: 'integer', description: 'One run of that version over the log.' })
  readonly generation!: number;

  @ApiProperty({ enum: ['live', 'building'] })
  readonly status!: string;

  @ApiProperty({ description: 'The log that it folds.' })
  readonly logId!: string;
}

export class PartitionResource {
  @ApiProperty({ type: 'integer' })
  readonly partition!: number;

  @ApiProperty({ pattern: '^[0-9]+$', description: 'Position after the last record of the log.' })
  readonly end!: string;

  @ApiProperty({ pattern: '^[0-9]+$', description: 'Next position that the live fold reads.' })
  readonly checkpoint!: string;

  @ApiProperty({ type: 'integer', description: 'Positions between them.' })
  readonly lag!: number;

  @ApiProperty({ ...time, description: 'When the log took the last folded record.' })
  readonly lastRecordedAt!: string | null;
}

export class QueueResource {
  @ApiProperty({ type: 'integer' })
  readonly count!: number;

  @ApiProperty(time)
  readonly oldestAt!: string | null;
}

export class ParkedCountsResource {
  @ApiProperty({ type: () => QueueResource })
  readonly subjects!: QueueResource;

  @ApiProperty({ type: () => QueueResource })
  readonly records!: QueueResource;
}

export class StatusResource {
  @ApiProperty({ type: () => GenerationResource, nullable: true })
  readonly live!: GenerationResource | null;

  @ApiProperty({
    type: () => [GenerationResource],
    description: 'Under construction by a rebuild.',
  })
  readonly building!: readonly GenerationResource[];

  @ApiProperty({ description: 'Of the observations log.' })
  readonly logId!: string;

  @ApiProperty({ type: () => [PartitionResource] })
  readonly partitions!: readonly PartitionResource[];

  @ApiProperty({ type: 'integer', description: 'Over all partitions.' })
  readonly lag!: number;

  @ApiProperty({ type: () => QueueResource, description: 'Claims that wait for a lookup.' })
  readonly lookupsDue!: QueueResource;

  @ApiProperty({ type: () => QueueResource, description: 'Messages for the public topics.' })
  readonly outbox!: QueueResource;

  @ApiProperty({ type: () => ParkedCountsResource })
  readonly parked!: ParkedCountsResource;
}

@QueryHandler(GetStatus)
export class GetStatusHandler implements IQueryHandler<GetStatus> {
  readonly #log: EventLog;
  readonly #operations: OperationsReader;

  constructor(log: EventLog, operations: OperationsReader) {
    this.#log = log;
    this.#operations = operations;
  }

  async execute(): Promise<StatusResource> {
    const [generations, partitions, lookupsDue, outbox, subjects, records] = await Promise.all([
      this.#operations.generations(),
      this.#partitions(),
      this.#operations.lookupsDue(),
      this.#operations.outbox(),
      this.#operations.parkedSubjects(),
      this.#operations.parkedRecords(),
    ]);
    return {
      live: generations.find(({ status }) => status === 'live') ?? null,
      building: generations.filter(({ status }) => status === 'building'),
      logId: this.#log.logId,
      partitions,
      lag: partitions.reduce((sum, { lag }) => sum + lag, 0),
      lookupsDue: queueResource(lookupsDue),
      outbox: queueResource(outbox),
      parked: { subjects: queueResource(subjects), records: queueResource(records) },
    };
  }

  async #partitions(): Promise<readonly PartitionResource[]> {
    // Checkpoints first: a lag is never shown as negative because the fold went on meanwhile.
    const checkpoints = await this.#operations.liveCheckpoints();
    const ends = await this.#log.endPositions();
    const byPartition = new Map(checkpoints.map((one) => [one.partition, one]));
    return ends.map((end, partition) => {
      const checkpoint = byPartition.get(partition);
      const next = checkpoint?.next ?? 0n;
      return {
        partition,
        end: end.toString(),
        checkpoint: next.toString(),
        lag: Number(end - next),
        lastRecordedAt: checkpoint?.lastRecordedAt?.toISOString() ?? null,
      };
    });
  }
}

function queueResource({ count, oldestAt }: QueueDepth): QueueResource {
  return { count, oldestAt: oldestAt?.toISOString() ?? null };
}
