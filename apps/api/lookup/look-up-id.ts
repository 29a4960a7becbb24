import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiProperty } from '@nestjs/swagger';
import { ID_KINDS, IdLookup, SUBJECT_TYPES, type FoundId } from '#read-models/queries/id-lookup.js';
import type { Refusal } from '../http/refusal.js';
import { PositionGate, type PositionWait } from '../position/position-gate.js';
import { KnownAccounts } from '../settlement/known-accounts.js';

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

  @ApiProperty({
    type: String,
    enum: SUBJECT_TYPES,
    nullable: true,
    description: 'What the id belongs to; null where that is an order, a batch or not known.',
  })
  readonly subjectType!: string | null;

  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'Our id of that.' })
  readonly subjectId!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The order that it concerns, by way of the payment if need be.',
  })
  readonly orderId!: string | null;

  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    description: 'The payment that this is, or that the refund gives back.',
  })
  readonly paymentId!: string | null;

  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  readonly settlementId!: string | null;

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
    description:
      'The order or, without one, the subject or the batch; null for what concerns none.',
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
  readonly #accounts: KnownAccounts;

  constructor(lookup: IdLookup, gate: PositionGate, accounts: KnownAccounts) {
    this.#lookup = lookup;
    this.#gate = gate;
    this.#accounts = accounts;
  }

  async execute({ id, wait }: LookUpId): Promise<LookupResource | Refusal> {
    const refusal = await this.#gate.pass(wait);
    if (refusal !== null) return refusal;
    const found = await this.#lookup.find(id, this.#accounts.ids);
    return { items: found.map((one) => foundIdResource(id, one)) };
  }
}

function foundIdResource(id: string, found: FoundId): FoundIdResource {
  const trailOf = trailOwnerOf(found);
  const { settlementId } = found;
  return {
    ...found,
    id,
    href: trailOf ?? (settlementId === null ? null : `/v1/settlements/${settlementId}`),
    trailHref: trailOf === null ? null : `${trailOf}/trail`,
  };
}

/** A batch has no records of its own, so no trail. */
function trailOwnerOf({ orderId, subjectType, subjectId }: FoundId): string | null {
  if (orderId !== null) return `/v1/orders/${encodeURIComponent(orderId)}`;
  if (subjectType === null || subjectId === null) return null;
  return `/v1/${subjectType}s/${subjectId}`;
}
