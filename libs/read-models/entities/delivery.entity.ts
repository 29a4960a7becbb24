import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Row of the view `cuadre.deliveries`: one record of the log, and what became of it. */
@Entity({ schema: 'cuadre', name: 'deliveries', synchronize: false })
export class DeliveryEntity {
  @PrimaryColumn('smallint')
  readonly partition!: number;

  @PrimaryColumn('bigint')
  readonly position!: string;

  @Column('uuid', { name: 'observation_id' })
  readonly observationId!: string;

  @Column('text')
  readonly kind!: string;

  @Column('text')
  readonly account!: string;

  @Column('text')
  readonly provider!: string;

  @Column('text')
  readonly route!: string;

  @Column('text')
  readonly subject!: string;

  @Column('uuid', { name: 'subject_id', nullable: true })
  readonly subjectId!: string | null;

  @Column('uuid', { name: 'event_id', nullable: true })
  readonly eventId!: string | null;

  @Column('text', { name: 'event_type', nullable: true })
  readonly eventType!: string | null;

  @Column('text', { name: 'provider_event_id', nullable: true })
  readonly providerEventId!: string | null;

  @Column('text', { name: 'provider_references', array: true, nullable: true })
  readonly providerReferences!: readonly string[] | null;

  @Column('text')
  readonly outcome!: string;

  @Column('text', { nullable: true })
  readonly reason!: string | null;

  @Column('text')
  readonly trust!: string;

  @Column('text', { name: 'verification_mode' })
  readonly verificationMode!: string;

  @Column('text', { name: 'verification_key_id', nullable: true })
  readonly verificationKeyId!: string | null;

  @Column('text', { name: 'claimed_status', nullable: true })
  readonly claimedStatus!: string | null;

  /** Null where `observationId` is the id of the request too. */
  @Column('text', { name: 'request_id', nullable: true })
  readonly requestId!: string | null;

  @Column('text', { name: 'provider_trace_ids', array: true, nullable: true })
  readonly providerTraceIds!: readonly string[] | null;

  @Column('text', { nullable: true })
  readonly traceparent!: string | null;

  @Column('text', { name: 'body_digest' })
  readonly bodyDigest!: string;

  @Column('timestamptz', { name: 'occurred_at', nullable: true })
  readonly occurredAt!: Date | null;

  @Column('timestamptz', { name: 'received_at' })
  readonly receivedAt!: Date;

  @Column('timestamptz', { name: 'recorded_at' })
  readonly recordedAt!: Date;

  /** The version of its payment's public row that it made; null where it changed nothing. */
  @Column('bigint', { name: 'change_version', nullable: true })
  readonly changeVersion!: string | null;

  @Column('text', { name: 'change_order_id', nullable: true })
  readonly changeOrderId!: string | null;

  /** In the words of payments. */
  @Column('text', { name: 'change_status', nullable: true })
  readonly changeStatus!: string | null;

  @Column('numeric', { name: 'change_amount_minor', nullable: true })
  readonly changeAmountMinor!: string | null;

  @Column('numeric', { name: 'change_refunded_minor', nullable: true })
  readonly changeRefundedMinor!: string | null;

  @Column('text', { name: 'change_flags', array: true, nullable: true })
  readonly changeFlags!: readonly string[] | null;
}
