import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Row of the view `cuadre.customers`: what the latest trusted fact says. */
@Entity({ schema: 'cuadre', name: 'customers', synchronize: false })
export class CustomerEntity {
  @PrimaryColumn('uuid', { name: 'customer_id' })
  readonly customerId!: string;

  @Column('text')
  readonly account!: string;

  @Column('text')
  readonly provider!: string;

  /** The provider's own id of the customer. */
  @Column('text')
  readonly reference!: string;

  @Column('text')
  readonly level!: string;

  @Column('boolean', { name: 'is_auto_created', nullable: true })
  readonly isAutoCreated!: boolean | null;

  @Column('int', { nullable: true })
  readonly documents!: number | null;

  /** The epoch where the provider states no time. */
  @Column('timestamptz', { name: 'told_at' })
  readonly toldAt!: Date;

  @Column('timestamptz', { name: 'recorded_at' })
  readonly recordedAt!: Date;
}
