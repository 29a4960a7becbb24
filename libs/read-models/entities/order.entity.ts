import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Row of the view `cuadre.orders`. `version` arrives as text: it is a 64-bit number. */
@Entity({ schema: 'cuadre', name: 'orders', synchronize: false })
export class OrderEntity {
  @PrimaryColumn('text', { name: 'order_id' })
  readonly orderId!: string;

  @Column('text')
  readonly status!: string;

  @Column('text')
  readonly assurance!: string;

  @Column('text', { nullable: true })
  readonly reported!: string | null;

  /** JSON `{"paid":[Money…],"refunded":[Money…],"difference":[Money…]}`. */
  @Column('text')
  readonly amounts!: string;

  @Column('text', { array: true })
  readonly flags!: readonly string[];

  @Column('timestamptz', { name: 'first_recorded_at' })
  readonly firstRecordedAt!: Date;

  @Column('timestamptz', { name: 'recorded_at' })
  readonly recordedAt!: Date;

  @Column('bigint')
  readonly version!: string;
}
