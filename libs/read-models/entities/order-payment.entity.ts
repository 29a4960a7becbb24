import { Entity, PrimaryColumn } from 'typeorm';

/** Row of the view `cuadre.order_payments`: every payment ever attributed to an order. */
@Entity({ schema: 'cuadre', name: 'order_payments', synchronize: false })
export class OrderPaymentEntity {
  @PrimaryColumn('text', { name: 'order_id' })
  readonly orderId!: string;

  @PrimaryColumn('uuid', { name: 'payment_id' })
  readonly paymentId!: string;
}
