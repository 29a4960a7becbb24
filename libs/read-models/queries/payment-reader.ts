import { In, MoreThan, type FindOptionsWhere } from 'typeorm';
import { PaymentEntity } from '../entities/payment.entity.js';
import { RefundEntity } from '../entities/refund.entity.js';
import type { Page } from './order-reader.js';
import type { ReadModels } from './read-models.js';

export type PaymentFilter = {
  readonly account: string | null;
  readonly reference: string | null;
  readonly orderId: string | null;
  readonly settlementId: string | null;
  readonly status: string | null;
};

export class PaymentReader {
  readonly #readModels: ReadModels;

  constructor(readModels: ReadModels) {
    this.#readModels = readModels;
  }

  /** Whatever kind of movement has this id: the caller says what it is prepared to show. */
  async find(paymentId: string): Promise<PaymentEntity | null> {
    return this.#readModels.repository(PaymentEntity).findOneBy({ paymentId });
  }

  /** Of whatever kind, in the order of their ids; those that are not there are left out. */
  async findAll(paymentIds: readonly string[]): Promise<readonly PaymentEntity[]> {
    return this.#readModels.repository(PaymentEntity).find({
      where: { paymentId: In([...paymentIds]) },
      order: { paymentId: 'ASC' },
    });
  }

  async list(filter: PaymentFilter, page: Page): Promise<readonly PaymentEntity[]> {
    const { account, reference, orderId, settlementId, status } = filter;
    const where: FindOptionsWhere<PaymentEntity> = {
      kind: 'payment',
      ...(account === null ? {} : { account }),
      ...(reference === null ? {} : { reference }),
      ...(orderId === null ? {} : { orderId }),
      ...(settlementId === null ? {} : { settlementId }),
      ...(status === null ? {} : { status }),
      ...(page.after === null ? {} : { paymentId: MoreThan(page.after) }),
    };
    return this.#readModels.repository(PaymentEntity).find({
      where,
      order: { paymentId: 'ASC' },
      take: page.rowsMax,
    });
  }

  /** Refunds of these payments, oldest first: those that have an id of their own among them. */
  async refundsOf(paymentIds: readonly string[]): Promise<readonly RefundEntity[]> {
    if (paymentIds.length === 0) return [];
    return this.#readModels.repository(RefundEntity).find({
      where: { paymentId: In([...paymentIds]) },
      order: { recordedAt: 'ASC', refundId: 'ASC' },
    });
  }
}
