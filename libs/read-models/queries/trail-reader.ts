import { Equal, In, Not, type FindOperator } from 'typeorm';
import { DeliveryEntity } from '../entities/delivery.entity.js';
import { OrderPaymentEntity } from '../entities/order-payment.entity.js';
import { OrderEntity } from '../entities/order.entity.js';
import { ParkedSubjectEntity } from '../entities/parked-subject.entity.js';
import { PaymentChangeEntity } from '../entities/payment-change.entity.js';
import { PaymentEntity } from '../entities/payment.entity.js';
import { RefundEntity } from '../entities/refund.entity.js';
import type { ReadModels } from './read-models.js';

/** Past this many deliveries a trail is cut: the newest of the proven and of the unproven half. */
export const TRAIL_DELIVERIES_MAX = 1_000;

export type TrailRows = {
  readonly payments: readonly PaymentEntity[];
  /** In the order of the log's append times; at most `TRAIL_DELIVERIES_MAX`. */
  readonly deliveries: readonly DeliveryEntity[];
  readonly isCut: boolean;
  readonly changes: readonly PaymentChangeEntity[];
  readonly refunds: readonly RefundEntity[];
  readonly parked: readonly ParkedSubjectEntity[];
};

export class TrailReader {
  readonly #readModels: ReadModels;

  constructor(readModels: ReadModels) {
    this.#readModels = readModels;
  }

  async findOrder(orderId: string): Promise<OrderEntity | null> {
    return this.#readModels.repository(OrderEntity).findOneBy({ orderId });
  }

  async findPayment(paymentId: string): Promise<PaymentEntity | null> {
    return this.#readModels.repository(PaymentEntity).findOneBy({ paymentId });
  }

  /** Payments ever attributed to the order: one that moved elsewhere is a part of its story. */
  async paymentIdsOfOrder(orderId: string): Promise<readonly string[]> {
    const rows = await this.#readModels.repository(OrderPaymentEntity).findBy({ orderId });
    const current = await this.#readModels
      .repository(PaymentEntity)
      .find({ select: { paymentId: true }, where: { orderId } });
    return [...new Set([...rows, ...current].map((row) => row.paymentId))].sort();
  }

  async ofPayments(paymentIds: readonly string[]): Promise<TrailRows> {
    const paymentId = In([...paymentIds]);
    const payments = await this.#readModels.repository(PaymentEntity).find({
      where: { paymentId },
      order: { firstRecordedAt: 'ASC', paymentId: 'ASC' },
    });
    const subjects = payments.map((payment) => payment.subject);
    const [deliveries, changes, refunds, parked] = await Promise.all([
      this.#deliveriesOf(paymentIds),
      this.#readModels.repository(PaymentChangeEntity).find({
        where: { paymentId },
        order: { recordedAt: 'ASC', paymentId: 'ASC', version: 'ASC' },
        take: TRAIL_DELIVERIES_MAX,
      }),
      this.#readModels.repository(RefundEntity).find({
        where: { paymentId },
        order: { recordedAt: 'ASC', refundId: 'ASC' },
      }),
      this.#readModels.repository(ParkedSubjectEntity).find({ where: { subject: In(subjects) } }),
    ]);
    return {
      payments,
      ...deliveries,
      changes,
      refunds,
      parked,
    };
  }
  /**
   * Proven deliveries and unproven ones, each up to a share of their own: however many somebody forges,
   * what is genuine stays in the trail.
   */
  async #deliveriesOf(
    paymentIds: readonly string[],
  ): Promise<Pick<TrailRows, 'deliveries' | 'isCut'>> {
    const find = (trust: FindOperator<string>): Promise<DeliveryEntity[]> =>
      this.#readModels.repository(DeliveryEntity).find({
        where: { paymentId: In([...paymentIds]), trust },
        order: { recordedAt: 'ASC', partition: 'ASC', position: 'ASC' },
        take: SHARE_MAX + 1,
      });
    const [proven, unproven] = await Promise.all([find(Not(UNPROVEN)), find(Equal(UNPROVEN))]);
    const deliveries = [...proven.slice(0, SHARE_MAX), ...unproven.slice(0, SHARE_MAX)].sort(
      (a, b) =>
        a.recordedAt.getTime() - b.recordedAt.getTime() ||
        a.partition - b.partition ||
        Number(BigInt(a.position) - BigInt(b.position)),
    );
    return { deliveries, isCut: proven.length > SHARE_MAX || unproven.length > SHARE_MAX };
  }
}

const UNPROVEN = 'unverified';
const SHARE_MAX = TRAIL_DELIVERIES_MAX / 2;
