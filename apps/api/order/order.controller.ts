import { Controller, Get, Param, Query, UseGuards } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import {
  ApiBearerAuth,
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiPropertyOptional,
  ApiTags,
} from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { ORDER_STATUSES } from '#ledger/order/order.js';
import { ReadScopeGuard } from '../access/read-scope.guard.js';
import { pathParameters, queryParameters } from '../http/parameter-pipe.js';
import { IsIdText, IsOneOf } from '../http/parameter-rules.js';
import { answered } from '../http/refusal.js';
import { ApiProblems } from '../openapi/problem-responses.js';
import { PageQuery, pageRequestOf } from '../page/page-query.js';
import { PositionQuery, positionWaitOf } from '../position/position-query.js';
import { GetOrder, OrderResource } from './get-order.js';
import { ListOrders, OrderListResource } from './list-orders.js';

export const ORDER_ID_LENGTH_MAX = 200;

export class OrderPath {
  @IsIdText(ORDER_ID_LENGTH_MAX)
  @ApiProperty({ minLength: 1, maxLength: ORDER_ID_LENGTH_MAX })
  readonly orderId!: string;
}

export class OrderListQuery extends PageQuery {
  @IsOptional()
  @IsOneOf(ORDER_STATUSES)
  @ApiPropertyOptional({ enum: ORDER_STATUSES })
  readonly status?: string;
}

@ApiTags('orders')
@ApiBearerAuth()
@UseGuards(ReadScopeGuard)
@Controller('v1/orders')
export class OrderController {
  readonly #queries: QueryBus;

  constructor(queries: QueryBus) {
    this.#queries = queries;
  }

  @Get()
  @ApiOperation({ operationId: 'listOrders', summary: 'Orders, by order id' })
  @ApiOkResponse({ type: OrderListResource })
  @ApiProblems(400, 401, 403, 503)
  async list(@Query(queryParameters) query: OrderListQuery): Promise<OrderListResource> {
    const filter = { status: query.status ?? null };
    const list = new ListOrders(filter, pageRequestOf(query), positionWaitOf(query));
    return answered(await this.#queries.execute(list));
  }

  @Get(':orderId')
  @ApiOperation({ operationId: 'getOrder', summary: 'An order with its payments' })
  @ApiOkResponse({ type: OrderResource })
  @ApiProblems(400, 401, 403, 404, 503)
  async get(
    @Param(pathParameters) { orderId }: OrderPath,
    @Query(queryParameters) position: PositionQuery,
  ): Promise<OrderResource> {
    return answered(await this.#queries.execute(new GetOrder(orderId, positionWaitOf(position))));
  }
}
