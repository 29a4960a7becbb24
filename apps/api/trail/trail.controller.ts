import { Controller, Get, Param, Query, Req, UseGuards } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import {
  ApiBearerAuth,
  ApiOkResponse,
  ApiOperation,
  ApiPropertyOptional,
  ApiTags,
} from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import type { FastifyRequest } from 'fastify';
import { ReadScopeGuard } from '../access/read-scope.guard.js';
import { requireScope } from '../access/require-scope.js';
import { CustomerPath } from '../customer/customer.controller.js';
import { pathParameters, queryParameters } from '../http/parameter-pipe.js';
import { IsOneOf } from '../http/parameter-rules.js';
import { answered } from '../http/refusal.js';
import { contextOf } from '../http/request-context.js';
import { ApiProblems } from '../openapi/problem-responses.js';
import { OrderPath } from '../order/order.controller.js';
import { PaymentPath } from '../payment/payment.controller.js';
import { PositionQuery } from '../position/position-query.js';
import { RefundPath } from '../refund/refund.controller.js';
import { SubscriptionPath } from '../subscription/subscription.controller.js';
import { WithdrawalPath } from '../withdrawal/withdrawal.controller.js';
import { GetTrail, type TrailTarget } from './get-trail.js';
import { TrailResource } from './trail-resource.js';

export class TrailQuery extends PositionQuery {
  @IsOptional()
  @IsOneOf(['true', 'false'])
  @ApiPropertyOptional({
    type: 'boolean',
    default: false,
    description: 'With the exact bytes of every record. Needs the scope `originals`.',
  })
  readonly originals?: string;
}

@ApiTags('trail')
@ApiBearerAuth()
@UseGuards(ReadScopeGuard)
@Controller('v1')
export class TrailController {
  readonly #queries: QueryBus;

  constructor(queries: QueryBus) {
    this.#queries = queries;
  }

  @Get('orders/:orderId/trail')
  @ApiOperation({ operationId: 'getOrderTrail', summary: 'How an order came to its status' })
  @ApiOkResponse({ type: TrailResource })
  @ApiProblems(400, 401, 403, 404, 503)
  async ofOrder(
    @Param(pathParameters) { orderId }: OrderPath,
    @Query(queryParameters) query: TrailQuery,
    @Req() request: FastifyRequest,
  ): Promise<TrailResource> {
    return this.#trail({ type: 'order', id: orderId }, query, request);
  }

  @Get('payments/:paymentId/trail')
  @ApiOperation({ operationId: 'getPaymentTrail', summary: 'How a payment came to its status' })
  @ApiOkResponse({ type: TrailResource })
  @ApiProblems(400, 401, 403, 404, 503)
  async ofPayment(
    @Param(pathParameters) { paymentId }: PaymentPath,
    @Query(queryParameters) query: TrailQuery,
    @Req() request: FastifyRequest,
  ): Promise<TrailResource> {
    return this.#trail({ type: 'payment', id: paymentId.toLowerCase() }, query, request);
  }

  @Get('withdrawals/:withdrawalId/trail')
  @ApiOperation({
    operationId: 'getWithdrawalTrail',
    summary: 'How a withdrawal came to its status',
  })
  @ApiOkResponse({ type: TrailResource })
  @ApiProblems(400, 401, 403, 404, 503)
  async ofWithdrawal(
    @Param(pathParameters) { withdrawalId }: WithdrawalPath,
    @Query(queryParameters) query: TrailQuery,
    @Req() request: FastifyRequest,
  ): Promise<TrailResource> {
    return this.#trail({ type: 'withdrawal', id: withdrawalId.toLowerCase() }, query, request);
  }

  @Get('refunds/:refundId/trail')
  @ApiOperation({ operationId: 'getRefundTrail', summary: 'How a refund came to its status' })
  @ApiOkResponse({ type: TrailResource })
  @ApiProblems(400, 401, 403, 404, 503)
  async ofRefund(
    @Param(pathParameters) { refundId }: RefundPath,
    @Query(queryParameters) query: TrailQuery,
    @Req() request: FastifyRequest,
  ): Promise<TrailResource> {
    return this.#trail({ type: 'refund', id: refundId.toLowerCase() }, query, request);
  }

  @Get('subscriptions/:subscriptionId/trail')
  @ApiOperation({ operationId: 'getSubscriptionTrail', summary: 'What was said of a subscription' })
  @ApiOkResponse({ type: TrailResource })
  @ApiProblems(400, 401, 403, 404, 503)
  async ofSubscription(
    @Param(pathParameters) { subscriptionId }: SubscriptionPath,
    @Query(queryParameters) query: TrailQuery,
    @Req() request: FastifyRequest,
  ): Promise<TrailResource> {
    return this.#trail({ type: 'subscription', id: subscriptionId.toLowerCase() }, query, request);
  }

  @Get('customers/:customerId/trail')
  @ApiOperation({ operationId: 'getCustomerTrail', summary: 'What was said of a customer' })
  @ApiOkResponse({ type: TrailResource })
  @ApiProblems(400, 401, 403, 404, 503)
  async ofCustomer(
    @Param(pathParameters) { customerId }: CustomerPath,
    @Query(queryParameters) query: TrailQuery,
    @Req() request: FastifyRequest,
  ): Promise<TrailResource> {
    return this.#trail({ type: 'customer', id: customerId.toLowerCase() }, query, request);
  }

  async #trail(
    target: TrailTarget,
    { originals, minPosition }: TrailQuery,
    request: FastifyRequest,
  ): Promise<TrailResource> {
    const originalsFor =
      originals === 'true' ? requireScope(contextOf(request), 'originals').tokenId : null;
    const query = new GetTrail(target, { minPosition: minPosition ?? null }, originalsFor);
    return answered(await this.#queries.execute(query));
  }
}
