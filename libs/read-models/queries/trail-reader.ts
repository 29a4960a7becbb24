import { Equal, In, IsNull, Not, type FindOperator } from 'typeorm';
import { CustomerEntity } from '../entities/customer.entity.js';
import { DeliveryEntity } from '../entities/delivery.entity.js';
import { LedgerEntryEntity } from '../entities/ledger-entry.entity.js';
import { OrderPaymentEntity } from '../entities/order-payment.entity.js';
import { OrderEntity } from '../entities/order.entity.js';
import { ParkedSubjectEntity } from '../entities/parked-subject.entity.js';
import { PaymentEntity } from '../entities/payment.entity.js';
import { RefundEntity } from '../entities/refund.entity.js';
import { SubscriptionEntity } from '../entities/subscription.entity.js';
import type { ReadModels } from './read-models.js';

/** Past this many deliveries a trail is cut: the newest of the proven and of the unproven half. */
export const TRAIL_DELIVERIES_MAX = 1_000;

/** And past this many entries of the books, which are a few for each event. */
const TRAIL_ENTRIES_MAX = 4_000;

export type TrailRows = {
  /** Whose records these are. */
  readonly subjectIds: ReadonlySet<string>;
  /** Payments, withdrawals, and refunds with an id of their own. */
  readonly movements: readonly PaymentEntity[];
  readonly subscriptions: readonly SubscriptionEntity[];
  readonly customers: readonly CustomerEntity[];
  /** In the order of the log's append times; at most `TRAIL_DELIVERIES_MAX`. */
  readonly deliveries: readonly DeliveryEntity[];
  readonly isCut: boolean;
  /** Those that changed their payment, at most `TRAIL_DELIVERIES_MAX`. */
  readonly changes: readonly DeliveryEntity[];
  /** In the order of the chains; at most `TRAIL_ENTRIES_MAX`. */
  readonly entries: readonly LedgerEntryEntity[];
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

  async findMovement(paymentId: string): Promise<PaymentEntity | null> {
    return this.#readModels.repository(PaymentEntity).findOneBy({ paymentId });
  }

  async findRefund(refundId: string): Promise<RefundEntity | null> {
    return this.#readModels.repository(RefundEntity).findOneBy({ refundId });
  }

  /** Payments ever attributed to the order: one that moved elsewhere is a part of its story. */
  async paymentIdsOfOrder(orderId: string): Promise<readonly string[]> {
    const rows = await this.#readModels.repository(OrderPaymentEntity).findBy({ orderId });
    const current = await this.#readModels
      .repository(PaymentEntity)
      .find({ select: { paymentId: true }, where: { orderId } });
    return [...new Set([...rows, ...current].map((row) => row.paymentId))].sort();
  }

  /** With the refunds of these payments that have an id, and so records, of their own. */
  async withRefunds(paymentIds: readonly string[]): Promise<readonly string[]> {
    const refunds = await this.#readModels.repository(PaymentEntity).find({
      select: { paymentId: true },
      where: { parentId: In([...paymentIds]) },
      order: { paymentId: 'ASC' },
      take: TRAIL_DELIVERIES_MAX,
    });
    return [...new Set([...paymentIds, ...refunds.map(({ paymentId }) => paymentId)])];
  }

  /**
   * Everything that is recorded about the subjects.
   *
   * @param shownIds movements that the answer names without their records
   */
  async of(subjectIds: readonly string[], shownIds: readonly string[] = []): Promise<TrailRows> {
    const ids = In([...subjectIds]);
    const [movements, subscriptions, customers, deliveries, changes, refunds, entries] =
      await Promise.all([
        this.#readModels.repository(PaymentEntity).find({
          where: { paymentId: In([...subjectIds, ...shownIds]) },
          order: { firstRecordedAt: 'ASC', paymentId: 'ASC' },
        }),
        this.#readModels.repository(SubscriptionEntity).findBy({ subscriptionId: ids }),
        this.#readModels.repository(CustomerEntity).findBy({ customerId: ids }),
        this.#deliveriesOf(subjectIds),
        this.#readModels.repository(DeliveryEntity).find({
          where: { subjectId: ids, changeVersion: Not(IsNull()) },
          order: { recordedAt: 'ASC', subjectId: 'ASC', changeVersion: 'ASC' },
          take: TRAIL_DELIVERIES_MAX,
        }),
        this.#readModels.repository(RefundEntity).find({
          where: [{ paymentId: ids }, { refundId: ids }],
          order: { recordedAt: 'ASC', refundId: 'ASC' },
        }),
        this.#readModels.repository(LedgerEntryEntity).find({
          where: { subjectId: ids },
          order: { recordedAt: 'ASC', partition: 'ASC', sequence: 'ASC' },
          take: TRAIL_ENTRIES_MAX + 1,
        }),
      ]);
    const own = new Set(subjectIds);
    const subjects = [
      ...movements.filter(({ paymentId }) => own.has(paymentId)),
      ...deliveries.deliveries,
    ];
    const parked = await this.#readModels.repository(ParkedSubjectEntity).find({
      where: { subject: In([...new Set(subjects.map(({ subject }) => subject))]) },
    });
    return {
      subjectIds: own,
      movements,
      subscriptions,
      customers,
      ...deliveries,
      isCut: deliveries.isCut || entries.length > TRAIL_ENTRIES_MAX,
      changes,
      entries: entries.slice(0, TRAIL_ENTRIES_MAX),
      refunds,
      parked,
    };
  }

  /**
   * Proven deliveries and unproven ones, each up to a share of their own: however many somebody forges,
   * what is genuine stays in the trail.
   */
  async #deliveriesOf(
    subjectIds: readonly string[],
  ): Promise<Pick<TrailRows, 'deliveries' | 'isCut'>> {
    const find = (trust: FindOperator<string>): Promise<DeliveryEntity[]> =>
      this.#readModels.repository(DeliveryEntity).find({
        where: { subjectId: In([...subjectIds]), trust },
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
