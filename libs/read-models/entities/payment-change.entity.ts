import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Row of the view `cuadre.payment_changes`: one version of a payment's public row. */
@Entity({ schema: 'cuadre', name: 'payment_changes', synchronize: false })
export class PaymentChangeEntity {
  @PrimaryColumn('uuid', { name: 'payment_id' })
  readonly paymentId!: string;

  @PrimaryColumn('bigint')
  readonly version!: string;

  @Column('text', { name: 'order_id', nullable: true })
  readonly orderId!: string | null;

  @Column('text', { nullable: true })
  readonly status!: string | null;

  @Column('numeric', { name: 'amount_minor', nullable: true })
  readonly amountMinor!: string | null;

  @Column('numeric', { name: 'refunded_minor', nullable: true })
  readonly refundedMinor!: string | null;

  @Column('text', { array: true })
  readonly flags!: readonly string[];

  /** The observation that caused this version. */
  @Column('uuid', { name: 'observation_id' })
  readonly observationId!: string;

  @Column('timestamptz', { name: 'recorded_at' })
  readonly recordedAt!: Date;
}
