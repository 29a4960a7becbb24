import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiProperty } from '@nestjs/swagger';
import { CustomerReader, type CustomerFilter } from '#read-models/queries/customer-reader.js';
import type { Refusal } from '../http/refusal.js';
import { ListQuery } from '../page/list-query.js';
import { ListResource } from '../page/list-resource.js';
import { PageAnswerer } from '../page/page-answerer.js';
import { CustomerResource, customerResource } from './customer-resource.js';

export class ListCustomers extends ListQuery<CustomerFilter, CustomerListResource> {}

export class CustomerListResource extends ListResource {
  @ApiProperty({ type: () => [CustomerResource], description: 'By customer id.' })
  readonly items!: readonly CustomerResource[];
}

@QueryHandler(ListCustomers)
export class ListCustomersHandler implements IQueryHandler<ListCustomers> {
  readonly #customers: CustomerReader;
  readonly #pages: PageAnswerer;

  constructor(customers: CustomerReader, pages: PageAnswerer) {
    this.#customers = customers;
    this.#pages = pages;
  }

  execute(query: ListCustomers): Promise<CustomerListResource | Refusal> {
    return this.#pages.answer(query, {
      list: 'customers',
      read: (range) => this.#customers.list(query.filter, range),
      keyOf: (row) => row.customerId,
      itemOf: customerResource,
    });
  }
}
