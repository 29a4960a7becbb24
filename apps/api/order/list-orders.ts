import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiProperty } from '@nestjs/swagger';
import { OrderReader } from '#read-models/queries/order-reader.js';
import { isRefusal, type Refusal } from '../http/refusal.js';
import { listPage, type PageRequest } from '../page/list-page.js';
import { ListResource } from '../page/list-resource.js';
import { PageTokens } from '../page/page-tokens.js';
import { PositionGate, type PositionWait } from '../position/position-gate.js';
import { OrderSummaryResource, orderSummary } from './order-resource.js';

export class ListOrders extends Query<OrderListResource | Refusal> {
  readonly filter: { readonly status: string | null };
  readonly page: PageRequest;
  readonly wait: PositionWait;

  constructor(filter: { readonly status: string | null }, page: PageRequest, wait: PositionWait) {
    super();
    this.filter = filter;
    this.page = page;
    this.wait = wait;
  }
}

export class OrderListResource extends ListResource {
  @ApiProperty({ type: () => [OrderSummaryResource], description: 'By order id.' })
  readonly items!: readonly OrderSummaryResource[];
}

@QueryHandler(ListOrders)
export class ListOrdersHandler implements IQueryHandler<ListOrders> {
  readonly #orders: OrderReader;
  readonly #tokens: PageTokens;
  readonly #gate: PositionGate;

  constructor(orders: OrderReader, tokens: PageTokens, gate: PositionGate) {
    this.#orders = orders;
    this.#tokens = tokens;
    this.#gate = gate;
  }

  async execute({ filter, page, wait }: ListOrders): Promise<OrderListResource | Refusal> {
    const refusal = await this.#gate.pass(wait);
    if (refusal !== null) return refusal;
    const request = { ...page, scope: { list: 'orders', filter } };
    const list = await listPage(this.#tokens, request, {
      read: (range) => this.#orders.list(filter, range),
      keyOf: (row) => row.orderId,
    });
    return isRefusal(list) ? list : { ...list, items: list.items.map(orderSummary) };
  }
}
