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
import { CUSTOMER_LEVELS } from '#ledger/customer/customer.js';
import { ReadScopeGuard } from '../access/read-scope.guard.js';
import { pathParameters, queryParameters } from '../http/parameter-pipe.js';
import { IsOneOf, IsUuidText } from '../http/parameter-rules.js';
import { answered } from '../http/refusal.js';
import { ApiProblems } from '../openapi/problem-responses.js';
import { ReferencePageQuery } from '../page/account-page-query.js';
import { pageRequestOf } from '../page/page-query.js';
import { PositionQuery, positionWaitOf } from '../position/position-query.js';
import { GetCustomer } from './get-customer.js';
import { ListCustomers, CustomerListResource } from './list-customers.js';
import { CustomerResource } from './customer-resource.js';

export class CustomerPath {
  @IsUuidText()
  @ApiProperty({ format: 'uuid' })
  readonly customerId!: string;
}

export class CustomerListQuery extends ReferencePageQuery {
  @IsOptional()
  @IsOneOf(CUSTOMER_LEVELS)
  @ApiPropertyOptional({ enum: CUSTOMER_LEVELS })
  readonly level?: string;
}

@ApiTags('customers')
@ApiBearerAuth()
@UseGuards(ReadScopeGuard)
@Controller('v1/customers')
export class CustomerController {
  readonly #queries: QueryBus;

  constructor(queries: QueryBus) {
    this.#queries = queries;
  }

  @Get()
  @ApiOperation({ operationId: 'listCustomers', summary: 'Customers, by customer id' })
  @ApiOkResponse({ type: CustomerListResource })
  @ApiProblems(400, 401, 403, 503)
  async list(@Query(queryParameters) query: CustomerListQuery): Promise<CustomerListResource> {
    const { account = null, reference = null, level = null } = query;
    const filter = { account, reference, level };
    const list = new ListCustomers(filter, pageRequestOf(query), positionWaitOf(query));
    return answered(await this.#queries.execute(list));
  }

  @Get(':customerId')
  @ApiOperation({ operationId: 'getCustomer', summary: 'How far a customer may go' })
  @ApiOkResponse({ type: CustomerResource })
  @ApiProblems(400, 401, 403, 404, 503)
  async get(
    @Param(pathParameters) { customerId }: CustomerPath,
    @Query(queryParameters) position: PositionQuery,
  ): Promise<CustomerResource> {
    const query = new GetCustomer(customerId.toLowerCase(), positionWaitOf(position));
    return answered(await this.#queries.execute(query));
  }
}
