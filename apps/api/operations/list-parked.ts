import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiProperty } from '@nestjs/swagger';
import { OperationsReader, type ParkedSubject } from '#read-models/queries/operations-reader.js';
import { isRefusal, type Refusal } from '../http/refusal.js';
import { listPage, type PageRequest } from '../page/list-page.js';
import { ListResource } from '../page/list-resource.js';
import { PageTokens } from '../page/page-tokens.js';
import { PositionGate, type PositionWait } from '../position/position-gate.js';

export class ListParked extends Query<ParkedListResource | Refusal> {
  readonly page: PageRequest;
  readonly wait: PositionWait;

  constructor(page: PageRequest, wait: PositionWait) {
    super();
    this.page = page;
    this.wait = wait;
  }
}

/** A subject whose fold failed: nothing of it is folded until it is released. */
export class ParkedResource {
  @ApiProperty({ format: 'uuid' })
  readonly parkedId!: string;

  @ApiProperty({ example: 'mintcash-test/payment/pay_1' })
  readonly subject!: string;

  @ApiProperty()
  readonly reason!: string;

  @ApiProperty({ type: 'integer' })
  readonly partition!: number;

  @ApiProperty({ pattern: '^[0-9]+$', description: 'The record that could not be folded.' })
  readonly firstPosition!: string;

  @ApiProperty({ type: 'integer', description: 'Records that wait.' })
  readonly records!: number;

  @ApiProperty({ format: 'date-time' })
  readonly recordedAt!: string;
}

export class ParkedListResource extends ListResource {
  @ApiProperty({ type: () => [ParkedResource], description: 'By subject.' })
  readonly items!: readonly ParkedResource[];
}

@QueryHandler(ListParked)
export class ListParkedHandler implements IQueryHandler<ListParked> {
  readonly #operations: OperationsReader;
  readonly #tokens: PageTokens;
  readonly #gate: PositionGate;

  constructor(operations: OperationsReader, tokens: PageTokens, gate: PositionGate) {
    this.#operations = operations;
    this.#tokens = tokens;
    this.#gate = gate;
  }

  async execute({ page, wait }: ListParked): Promise<ParkedListResource | Refusal> {
    const refusal = await this.#gate.pass(wait);
    if (refusal !== null) return refusal;
    const request = { ...page, scope: { list: 'parked', filter: {} } };
    const list = await listPage(this.#tokens, request, {
      read: (range) => this.#operations.listParked(range),
      keyOf: (row) => row.subject,
    });
    return isRefusal(list) ? list : { ...list, items: list.items.map(parkedResource) };
  }
}

function parkedResource(row: ParkedSubject): ParkedResource {
  return {
    parkedId: row.parkedId,
    subject: row.subject,
    reason: row.reason,
    partition: row.partition,
    firstPosition: row.firstPosition,
    records: row.records,
    recordedAt: row.recordedAt.toISOString(),
  };
}
