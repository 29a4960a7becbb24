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

  @Column('text', { name: 'provider_references', array: true })
  readonly providerReferences!: readonly string[];

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

  @Column('text', { name: 'request_id' })
  readonly requestId!: string;

  @Column('text', { name: 'provider_trace_ids', array: true })
  readonly providerTraceIds!: readonly string[];

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
}
