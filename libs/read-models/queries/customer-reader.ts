import { MoreThan, type FindOptionsWhere } from 'typeorm';
import { CustomerEntity } from '../entities/customer.entity.js';
import type { Page } from './order-reader.js';
import type { ReadModels } from './read-models.js';

export type CustomerFilter = {
  readonly account: string | null;
  readonly reference: string | null;
  readonly level: string | null;
};

export class CustomerReader {
  readonly #readModels: ReadModels;

  constructor(readModels: ReadModels) {
    this.#readModels = readModels;
  }

  async find(customerId: string): Promise<CustomerEntity | null> {
    return this.#readModels.repository(CustomerEntity).findOneBy({ customerId });
  }

  async list(filter: CustomerFilter, page: Page): Promise<readonly CustomerEntity[]> {
    const { account, reference, level } = filter;
    const where: FindOptionsWhere<CustomerEntity> = {
      ...(account === null ? {} : { account }),
      ...(reference === null ? {} : { reference }),
      ...(level === null ? {} : { level }),
      ...(page.after === null ? {} : { customerId: MoreThan(page.after) }),
    };
    return this.#readModels.repository(CustomerEntity).find({
      where,
      order: { customerId: 'ASC' },
      take: page.rowsMax,
    });
  }
}
