import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiProperty } from '@nestjs/swagger';
import type { PaymentKind } from '#ledger/payment/payment-kind.js';
import {
  LedgerEntryReader,
  type EntryProvenance,
} from '#read-models/queries/ledger-entry-reader.js';
import type { Refusal } from '../http/refusal.js';
import { PositionGate, type PositionWait } from '../position/position-gate.js';
import { recordEntry } from '../trail/timeline.js';
import { RecordEntryResource } from '../trail/trail-resource.js';
import { EntryResource, entryResource } from './entry-resource.js';

export class GetEntry extends Query<EntryWithProvenanceResource | Refusal> {
  readonly entryId: string;
  readonly wait: PositionWait;

  constructor(entryId: string, wait: PositionWait) {
    super();
    this.entryId = entryId;
    this.wait = wait;
  }
}

const text = { type: String, nullable: true } as const;

/** An entry with what it was posted for, by what, and how that proved itself. */
export class EntryWithProvenanceResource extends EntryResource {
  @ApiProperty({
    type: () => [EntryResource],
    description: 'All that the event posted, this entry among it: sums to zero.',
  })
  readonly posted!: readonly EntryResource[];

  @ApiProperty({
    type: () => RecordEntryResource,
    nullable: true,
    description: 'The record of the log that told the event, with its verification.',
  })
  readonly record!: RecordEntryResource | null;

  @ApiProperty({ ...text, description: 'The order that it belongs to now.' })
  readonly orderId!: string | null;

  @ApiProperty({ ...text, description: 'Where the payment, withdrawal or refund is.' })
  readonly href!: string | null;

  @ApiProperty({ ...text, description: 'Its trail; the exact bytes too with `?originals=true`.' })
  readonly trailHref!: string | null;
}

@QueryHandler(GetEntry)
export class GetEntryHandler implements IQueryHandler<GetEntry> {
  readonly #entries: LedgerEntryReader;
  readonly #gate: PositionGate;

  constructor(entries: LedgerEntryReader, gate: PositionGate) {
    this.#entries = entries;
    this.#gate = gate;
  }

  async execute({ entryId, wait }: GetEntry): Promise<EntryWithProvenanceResource | Refusal> {
    const refusal = await this.#gate.pass(wait);
    if (refusal !== null) return refusal;
    const found = await this.#entries.find(entryId);
    if (found === null) {
      return { refused: 'not-found', detail: `There is no ledger entry ${entryId}.` };
    }
    const posted = await this.#entries.ofEvent(found.entry);
    return {
      ...entryResource(found.entry),
      posted: posted.map(entryResource),
      ...provenanceOf(found),
    };
  }
}

const PLACES: Readonly<Record<PaymentKind, string>> = {
  payment: '/v1/payments',
  refund: '/v1/refunds',
  withdrawal: '/v1/withdrawals',
};

function provenanceOf({
  delivery,
  movement,
}: EntryProvenance): Pick<
  EntryWithProvenanceResource,
  'record' | 'orderId' | 'href' | 'trailHref'
> {
  const paymentId =
    movement?.kind === 'payment' ? movement.paymentId : (movement?.parentId ?? null);
  const href = movement === null ? null : `${PLACES[movement.kind]}/${movement.paymentId}`;
  return {
    record: delivery === null ? null : recordEntry(delivery, { paymentId, originals: null }),
    orderId: movement?.orderId ?? null,
    href,
    trailHref: href === null ? null : `${href}/trail`,
  };
}
