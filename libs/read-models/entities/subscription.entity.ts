import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Row of the view `cuadre.subscriptions`: what the latest trusted fact says. */
@Entity({ schema: 'cuadre', name: 'subscriptions', synchronize: false })
export class SubscriptionEntity {
  @PrimaryColumn('uuid', { name: 'subscription_id' })
  readonly subscriptionId!: string;

  @Column('text')
  readonly account!: string;

  @Column('text')
  readonly provider!: string;

  /** The provider's own id of the subscription. */
  @Column('text')
  readonly reference!: string;

  @Column('text', { name: 'client_reference', nullable: true })
  readonly clientReference!: string | null;

  @Column('text')
  readonly status!: string;

  @Column('text', { nullable: true })
  readonly currency!: string | null;

  @Column('smallint', { nullable: true })
  readonly exponent!: number | null;

  @Column('numeric', { name: 'amount_minor', nullable: true })
  readonly amountMinor!: string | null;

  @Column('int', { name: 'interval_days', nullable: true })
  readonly intervalDays!: number | null;

  @Column('timestamptz', { name: 'current_period_start', nullable: true })
  readonly currentPeriodStart!: Date | null;

  @Column('timestamptz', { name: 'current_period_end', nullable: true })
  readonly currentPeriodEnd!: Date | null;

  /** The epoch where the provider states no time. */
  @Column('timestamptz', { name: 'told_at' })
  readonly toldAt!: Date;

  @Column('timestamptz', { name: 'recorded_at' })
  readonly recordedAt!: Date;
}
