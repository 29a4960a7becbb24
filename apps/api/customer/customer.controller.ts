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
import { parsePageSize } from '../page/list-page.js';
import { PositionQuery } from '../position/position-query.js';
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
    const page = { pageSize: parsePageSize(query.pageSize), pageToken: query.pageToken };
    const wait = { minPosition: query.minPosition ?? null };
    return answered(await this.#queries.execute(new ListCustomers(filter, page, wait)));
  }

  @Get(':customerId')
  @ApiOperation({ operationId: 'getCustomer', summary: 'How far a customer may go' })
  @ApiOkResponse({ type: CustomerResource })
  @ApiProblems(400, 401, 403, 404, 503)
  async get(
    @Param(pathParameters) { customerId }: CustomerPath,
    @Query(queryParameters) { minPosition }: PositionQuery,
  ): Promise<CustomerResource> {
    const query = new GetCustomer(customerId.toLowerCase(), { minPosition: minPosition ?? null });
    return answered(await this.#queries.execute(query));
  }
}
