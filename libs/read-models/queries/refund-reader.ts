import { PaymentEntity } from '../entities/payment.entity.js';
import { RefundEntity } from '../entities/refund.entity.js';
import type { ReadModels } from './read-models.js';

export type RefundWithOwner = {
  readonly refund: RefundEntity;
  /** The row that tells of the refund: its own where it has an id at its provider, else its payment's. */
  readonly owner: PaymentEntity;
};

export class RefundReader {
  readonly #readModels: ReadModels;

  constructor(readModels: ReadModels) {
    this.#readModels = readModels;
  }

  async find(refundId: string): Promise<RefundWithOwner | null> {
    const refund = await this.#readModels.repository(RefundEntity).findOneBy({ refundId });
    if (refund === null) return null;
    const owners = this.#readModels.repository(PaymentEntity);
    const owner =
      (await owners.findOneBy({ paymentId: refundId })) ??
      (refund.paymentId === null ? null : await owners.findOneBy({ paymentId: refund.paymentId }));
    return owner === null ? null : { refund, owner };
  }
}
