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
import { SUBSCRIPTION_STATUSES } from '#ledger/subscription/subscription.js';
import { ReadScopeGuard } from '../access/read-scope.guard.js';
import { pathParameters, queryParameters } from '../http/parameter-pipe.js';
import { IsOneOf, IsUuidText } from '../http/parameter-rules.js';
import { answered } from '../http/refusal.js';
import { ApiProblems } from '../openapi/problem-responses.js';
import { ClientReferencePageQuery } from '../page/account-page-query.js';
import { pageRequestOf } from '../page/page-query.js';
import { PositionQuery, positionWaitOf } from '../position/position-query.js';
import { GetSubscription } from './get-subscription.js';
import { ListSubscriptions, SubscriptionListResource } from './list-subscriptions.js';
import { SubscriptionResource } from './subscription-resource.js';

export class SubscriptionPath {
  @IsUuidText()
  @ApiProperty({ format: 'uuid' })
  readonly subscriptionId!: string;
}

export class SubscriptionListQuery extends ClientReferencePageQuery {
  @IsOptional()
  @IsOneOf(SUBSCRIPTION_STATUSES)
  @ApiPropertyOptional({ enum: SUBSCRIPTION_STATUSES })
  readonly status?: string;
}

@ApiTags('subscriptions')
@ApiBearerAuth()
@UseGuards(ReadScopeGuard)
@Controller('v1/subscriptions')
export class SubscriptionController {
  readonly #queries: QueryBus;

  constructor(queries: QueryBus) {
    this.#queries = queries;
  }

  @Get()
  @ApiOperation({ operationId: 'listSubscriptions', summary: 'Subscriptions, by subscription id' })
  @ApiOkResponse({ type: SubscriptionListResource })
  @ApiProblems(400, 401, 403, 503)
  async list(
    @Query(queryParameters) query: SubscriptionListQuery,
  ): Promise<SubscriptionListResource> {
    const { account = null, reference = null, clientReference = null, status = null } = query;
    const filter = { account, reference, clientReference, status };
    const list = new ListSubscriptions(filter, pageRequestOf(query), positionWaitOf(query));
    return answered(await this.#queries.execute(list));
  }

  @Get(':subscriptionId')
  @ApiOperation({ operationId: 'getSubscription', summary: 'A subscription' })
  @ApiOkResponse({ type: SubscriptionResource })
  @ApiProblems(400, 401, 403, 404, 503)
  async get(
    @Param(pathParameters) { subscriptionId }: SubscriptionPath,
    @Query(queryParameters) position: PositionQuery,
  ): Promise<SubscriptionResource> {
    const query = new GetSubscription(subscriptionId.toLowerCase(), positionWaitOf(position));
    return answered(await this.#queries.execute(query));
  }
}
