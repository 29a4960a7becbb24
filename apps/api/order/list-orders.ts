import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiProperty } from '@nestjs/swagger';
import { OrderReader } from '#read-models/queries/order-reader.js';
import type { Refusal } from '../http/refusal.js';
import { ListQuery } from '../page/list-query.js';
import { ListResource } from '../page/list-resource.js';
import { PageAnswerer } from '../page/page-answerer.js';
import { OrderSummaryResource, orderSummary } from './order-resource.js';

export type OrderFilter = { readonly status: string | null };

export class ListOrders extends ListQuery<OrderFilter, OrderListResource> {}

export class OrderListResource extends ListResource {
  @ApiProperty({ type: () => [OrderSummaryResource], description: 'By order id.' })
  readonly items!: readonly OrderSummaryResource[];
}

@QueryHandler(ListOrders)
export class ListOrdersHandler implements IQueryHandler<ListOrders> {
  readonly #orders: OrderReader;
  readonly #pages: PageAnswerer;

  constructor(orders: OrderReader, pages: PageAnswerer) {
    this.#orders = orders;
    this.#pages = pages;
  }

  execute(query: ListOrders): Promise<OrderListResource | Refusal> {
    return this.#pages.answer(query, {
      list: 'orders',
      read: (range) => this.#orders.list(query.filter, range),
      keyOf: (row) => row.orderId,
      itemOf: orderSummary,
    });
  }
}
