import { MoreThan, type FindOptionsWhere } from 'typeorm';
import { SubscriptionEntity } from '../entities/subscription.entity.js';
import type { Page } from './order-reader.js';
import type { ReadModels } from './read-models.js';

export type SubscriptionFilter = {
  readonly account: string | null;
  readonly reference: string | null;
  readonly clientReference: string | null;
  readonly status: string | null;
};

export class SubscriptionReader {
  readonly #readModels: ReadModels;

  constructor(readModels: ReadModels) {
    this.#readModels = readModels;
  }

  async find(subscriptionId: string): Promise<SubscriptionEntity | null> {
    return this.#readModels.repository(SubscriptionEntity).findOneBy({ subscriptionId });
  }

  async list(filter: SubscriptionFilter, page: Page): Promise<readonly SubscriptionEntity[]> {
    const { account, reference, clientReference, status } = filter;
    const where: FindOptionsWhere<SubscriptionEntity> = {
      ...(account === null ? {} : { account }),
      ...(reference === null ? {} : { reference }),
      ...(clientReference === null ? {} : { clientReference }),
      ...(status === null ? {} : { status }),
      ...(page.after === null ? {} : { subscriptionId: MoreThan(page.after) }),
    };
    return this.#readModels.repository(SubscriptionEntity).find({
      where,
      order: { subscriptionId: 'ASC' },
      take: page.rowsMax,
    });
  }
}
