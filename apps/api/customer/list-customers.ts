import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiProperty } from '@nestjs/swagger';
import { CustomerReader, type CustomerFilter } from '#read-models/queries/customer-reader.js';
import { isRefusal, type Refusal } from '../http/refusal.js';
import { listPage, type PageRequest } from '../page/list-page.js';
import { ListResource } from '../page/list-resource.js';
import { PageTokens } from '../page/page-tokens.js';
import { PositionGate, type PositionWait } from '../position/position-gate.js';
import { CustomerResource, customerResource } from './customer-resource.js';

export class ListCustomers extends Query<CustomerListResource | Refusal> {
  readonly filter: CustomerFilter;
  readonly page: PageRequest;
  readonly wait: PositionWait;

  constructor(filter: CustomerFilter, page: PageRequest, wait: PositionWait) {
    super();
    this.filter = filter;
    this.page = page;
    this.wait = wait;
  }
}

export class CustomerListResource extends ListResource {
  @ApiProperty({ type: () => [CustomerResource], description: 'By customer id.' })
  readonly items!: readonly CustomerResource[];
}

@QueryHandler(ListCustomers)
export class ListCustomersHandler implements IQueryHandler<ListCustomers> {
  readonly #customers: CustomerReader;
  readonly #tokens: PageTokens;
  readonly #gate: PositionGate;

  constructor(customers: CustomerReader, tokens: PageTokens, gate: PositionGate) {
    this.#customers = customers;
    this.#tokens = tokens;
    this.#gate = gate;
  }

  async execute({ filter, page, wait }: ListCustomers): Promise<CustomerListResource | Refusal> {
    const refusal = await this.#gate.pass(wait);
    if (refusal !== null) return refusal;
    const request = { ...page, scope: { list: 'customers', filter } };
    const list = await listPage(this.#tokens, request, {
      read: (range) => this.#customers.list(filter, range),
      keyOf: (row) => row.customerId,
    });
    return isRefusal(list) ? list : { ...list, items: list.items.map(customerResource) };
  }
}
