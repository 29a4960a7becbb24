import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { PaymentKind } from '#ledger/payment/payment-kind.js';

/**
 * Row of the view `cuadre.payments`, without the fold's own state: a payment, a withdrawal, or a refund
 * with an id of its own. Amounts are minor units as text: they may exceed 2^53.
 */
@Entity({ schema: 'cuadre', name: 'payments', synchronize: false })
export class PaymentEntity {
  @PrimaryColumn('uuid', { name: 'payment_id' })
  readonly paymentId!: string;

  @Column('text')
  readonly kind!: PaymentKind;

  @Column('text')
  readonly account!: string;

  @Column('text')
  readonly provider!: string;

  /** The provider's own id of the payment. */
  @Column('text')
  readonly reference!: string;

  @Column('text')
  readonly subject!: string;

  @Column('text', { name: 'order_id', nullable: true })
  readonly orderId!: string | null;

  /** In the words of the kind; null while there are only claims. */
  @Column('text', { nullable: true })
  readonly status!: string | null;

  @Column('text', { nullable: true })
  readonly reported!: string | null;

  @Column('text', { nullable: true })
  readonly currency!: string | null;

  @Column('smallint', { nullable: true })
  readonly exponent!: number | null;

  @Column('numeric', { name: 'amount_minor', nullable: true })
  readonly amountMinor!: string | null;

  @Column('numeric', { name: 'expected_minor', nullable: true })
  readonly expectedMinor!: string | null;

  /** Received less expected. */
  @Column('numeric', { name: 'difference_minor', nullable: true })
  readonly differenceMinor!: string | null;

  @Column('numeric', { name: 'net_minor', nullable: true })
  readonly netMinor!: string | null;

  @Column('numeric', { name: 'fee_minor', nullable: true })
  readonly feeMinor!: string | null;

  @Column('numeric', { name: 'tax_minor', nullable: true })
  readonly taxMinor!: string | null;

  @Column('numeric', { name: 'refunded_minor', nullable: true })
  readonly refundedMinor!: string | null;

  @Column('text', { nullable: true })
  readonly method!: string | null;

  @Column('text', { name: 'failure_code', nullable: true })
  readonly failureCode!: string | null;

  @Column('text', { name: 'client_reference', nullable: true })
  readonly clientReference!: string | null;

  /** The payment that a refund gives back, known or not. */
  @Column('uuid', { name: 'parent_id', nullable: true })
  readonly parentId!: string | null;

  @Column('uuid', { name: 'settlement_id', nullable: true })
  readonly settlementId!: string | null;

  @Column('text', { name: 'settlement_batch', nullable: true })
  readonly settlementBatch!: string | null;

  /** `unsettled`, `reported` or `paid_out`. */
  @Column('text', { name: 'settlement_status' })
  readonly settlementStatus!: string;

  /** What its report lines come to, less what is due; null while either is unknown. */
  @Column('numeric', { name: 'payout_difference_minor', nullable: true })
  readonly payoutDifferenceMinor!: string | null;

  @Column('text', { array: true })
  readonly flags!: readonly string[];

  @Column('timestamptz', { name: 'occurred_at', nullable: true })
  readonly occurredAt!: Date | null;

  @Column('timestamptz', { name: 'first_recorded_at' })
  readonly firstRecordedAt!: Date;

  @Column('timestamptz', { name: 'recorded_at' })
  readonly recordedAt!: Date;

  @Column('bigint')
  readonly version!: string;

  /** Below zero while nothing was told of it but its refunds. */
  @Column('bigint', { name: 'last_position' })
  readonly lastPosition!: string;
}
