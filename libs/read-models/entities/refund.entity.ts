import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Row of the view `cuadre.refunds`. */
@Entity({ schema: 'cuadre', name: 'refunds', synchronize: false })
export class RefundEntity {
  @PrimaryColumn('uuid', { name: 'refund_id' })
  readonly refundId!: string;

  /** Null where the provider names no payment. */
  @Column('uuid', { name: 'payment_id', nullable: true })
  readonly paymentId!: string | null;

  /** The provider's own id of the refund. */
  @Column('text')
  readonly reference!: string;

  @Column('text')
  readonly status!: string;

  @Column('text', { nullable: true })
  readonly currency!: string | null;

  @Column('smallint', { nullable: true })
  readonly exponent!: number | null;

  @Column('numeric', { name: 'amount_minor', nullable: true })
  readonly amountMinor!: string | null;

  @Column('text', { name: 'failure_code', nullable: true })
  readonly failureCode!: string | null;

  @Column('timestamptz', { name: 'recorded_at' })
  readonly recordedAt!: Date;
}
