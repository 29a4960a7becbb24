import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ReadScopeGuard } from '../access/read-scope.guard.js';
import { queryParameters } from '../http/parameter-pipe.js';
import { answered } from '../http/refusal.js';
import { ApiProblems } from '../openapi/problem-responses.js';
import { AccountPageQuery } from '../page/account-page-query.js';
import { pageRequestOf } from '../page/page-query.js';
import { positionWaitOf } from '../position/position-query.js';
import { ListReviews, ReviewListResource } from './list-reviews.js';

@ApiTags('reviews')
@ApiBearerAuth()
@UseGuards(ReadScopeGuard)
@Controller('v1/reviews')
export class ReviewController {
  readonly #queries: QueryBus;

  constructor(queries: QueryBus) {
    this.#queries = queries;
  }

  @Get()
  @ApiOperation({ operationId: 'listReviews', summary: 'Payments in review, oldest first' })
  @ApiOkResponse({ type: ReviewListResource })
  @ApiProblems(400, 401, 403, 503)
  async list(@Query(queryParameters) query: AccountPageQuery): Promise<ReviewListResource> {
    const filter = { account: query.account ?? null };
    const list = new ListReviews(filter, pageRequestOf(query), positionWaitOf(query));
    return answered(await this.#queries.execute(list));
  }
}
