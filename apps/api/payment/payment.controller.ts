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
import { PAYMENT_STATUSES } from '#ledger/payment/payment-status.js';
import { ReadScopeGuard } from '../access/read-scope.guard.js';
import { pathParameters, queryParameters } from '../http/parameter-pipe.js';
import { IsIdText, IsOneOf, IsUuidText } from '../http/parameter-rules.js';
import { answered } from '../http/refusal.js';
import { ApiProblems } from '../openapi/problem-responses.js';
import { ORDER_ID_LENGTH_MAX } from '../order/order.controller.js';
import { ReferencePageQuery } from '../page/account-page-query.js';
import { pageRequestOf } from '../page/page-query.js';
import { PositionQuery, positionWaitOf } from '../position/position-query.js';
import { GetPayment, PaymentWithRefundsResource } from './get-payment.js';
import { ListPayments, PaymentListResource } from './list-payments.js';

export class PaymentPath {
  @IsUuidText()
  @ApiProperty({ format: 'uuid' })
  readonly paymentId!: string;
}

export class PaymentListQuery extends ReferencePageQuery {
  @IsOptional()
  @IsIdText(ORDER_ID_LENGTH_MAX)
  @ApiPropertyOptional({ maxLength: ORDER_ID_LENGTH_MAX })
  readonly orderId?: string;

  @IsOptional()
  @IsUuidText()
  @ApiPropertyOptional({ format: 'uuid', description: 'The batch that names the payment.' })
  readonly settlementId?: string;

  @IsOptional()
  @IsOneOf(PAYMENT_STATUSES)
  @ApiPropertyOptional({ enum: PAYMENT_STATUSES })
  readonly status?: string;
}

@ApiTags('payments')
@ApiBearerAuth()
@UseGuards(ReadScopeGuard)
@Controller('v1/payments')
export class PaymentController {
  readonly #queries: QueryBus;

  constructor(queries: QueryBus) {
    this.#queries = queries;
  }

  @Get()
  @ApiOperation({ operationId: 'listPayments', summary: 'Payments, by payment id' })
  @ApiOkResponse({ type: PaymentListResource })
  @ApiProblems(400, 401, 403, 503)
  async list(@Query(queryParameters) query: PaymentListQuery): Promise<PaymentListResource> {
    const { account = null, reference = null, orderId = null, status = null } = query;
    const settlementId = query.settlementId?.toLowerCase() ?? null;
    const filter = { account, reference, orderId, settlementId, status };
    const list = new ListPayments(filter, pageRequestOf(query), positionWaitOf(query));
    return answered(await this.#queries.execute(list));
  }

  @Get(':paymentId')
  @ApiOperation({ operationId: 'getPayment', summary: 'A payment with its refunds' })
  @ApiOkResponse({ type: PaymentWithRefundsResource })
  @ApiProblems(400, 401, 403, 404, 503)
  async get(
    @Param(pathParameters) { paymentId }: PaymentPath,
    @Query(queryParameters) position: PositionQuery,
  ): Promise<PaymentWithRefundsResource> {
    const query = new GetPayment(paymentId.toLowerCase(), positionWaitOf(position));
    return answered(await this.#queries.execute(query));
  }
}
