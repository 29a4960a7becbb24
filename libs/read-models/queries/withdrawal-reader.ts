import { MoreThan, type FindOptionsWhere } from 'typeorm';
import { PaymentEntity } from '../entities/payment.entity.js';
import type { Page } from './order-reader.js';
import type { ReadModels } from './read-models.js';

export type WithdrawalFilter = {
  readonly account: string | null;
  readonly reference: string | null;
  readonly clientReference: string | null;
  readonly status: string | null;
};

/** Withdrawals: the rows of `payments` that are money going out. */
export class WithdrawalReader {
  readonly #readModels: ReadModels;

  constructor(readModels: ReadModels) {
    this.#readModels = readModels;
  }

  async list(filter: WithdrawalFilter, page: Page): Promise<readonly PaymentEntity[]> {
    const { account, reference, clientReference, status } = filter;
    const where: FindOptionsWhere<PaymentEntity> = {
      kind: 'withdrawal',
      ...(account === null ? {} : { account }),
      ...(reference === null ? {} : { reference }),
      ...(clientReference === null ? {} : { clientReference }),
      ...(status === null ? {} : { status }),
      ...(page.after === null ? {} : { paymentId: MoreThan(page.after) }),
    };
    return this.#readModels.repository(PaymentEntity).find({
      where,
      order: { paymentId: 'ASC' },
      take: page.rowsMax,
    });
  }
}
