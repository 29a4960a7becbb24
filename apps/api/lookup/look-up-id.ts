import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiProperty } from '@nestjs/swagger';
import { ID_KINDS, IdLookup, type FoundId } from '#read-models/queries/id-lookup.js';
import type { Refusal } from '../http/refusal.js';
import { PositionGate, type PositionWait } from '../position/position-gate.js';

export class LookUpId extends Query<LookupResource | Refusal> {
  readonly id: string;
  readonly wait: PositionWait;

  constructor(id: string, wait: PositionWait) {
    super();
    this.id = id;
    this.wait = wait;
  }
}

export class FoundIdResource {
  @ApiProperty({ enum: ID_KINDS, description: 'What the id turned out to be.' })
  readonly kind!: string;

  @ApiProperty({ description: 'The id that was looked up.' })
  readonly id!: string;

  @ApiProperty({ type: String, nullable: true })
  readonly orderId!: string | null;

  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  readonly paymentId!: string | null;

  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    description: 'The record of the log that carried the id, where a record did.',
  })
  readonly observationId!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The order or, without one, the payment; null for what concerns neither.',
  })
  readonly href!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'The trail that the id is a part of.' })
  readonly trailHref!: string | null;
}

export class LookupResource {
  @ApiProperty({ type: () => [FoundIdResource], description: 'Empty when nothing carries the id.' })
  readonly items!: readonly FoundIdResource[];
}

@QueryHandler(LookUpId)
export class LookUpIdHandler implements IQueryHandler<LookUpId> {
  readonly #lookup: IdLookup;
  readonly #gate: PositionGate;

  constructor(lookup: IdLookup, gate: PositionGate) {
    this.#lookup = lookup;
    this.#gate = gate;
  }

  async execute({ id, wait }: LookUpId): Promise<LookupResource | Refusal> {
    const refusal = await this.#gate.pass(wait);
    if (refusal !== null) return refusal;
    const found = await this.#lookup.find(id);
    return { items: found.map((one) => foundIdResource(id, one)) };
  }
}

function foundIdResource(id: string, found: FoundId): FoundIdResource {
  const { kind, orderId, paymentId, observationId } = found;
  const href = hrefOf(found);
  const trailHref = href === null ? null : `${href}/trail`;
  return { kind, id, orderId, paymentId, observationId, href, trailHref };
}

function hrefOf({ orderId, paymentId }: FoundId): string | null {
  if (orderId !== null) return `/v1/orders/${encodeURIComponent(orderId)}`;
  return paymentId === null ? null : `/v1/payments/${paymentId}`;
}
