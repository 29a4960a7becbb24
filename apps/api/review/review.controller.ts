import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ReadScopeGuard } from '../access/read-scope.guard.js';
import { queryParameters } from '../http/parameter-pipe.js';
import { answered } from '../http/refusal.js';
import { ApiProblems } from '../openapi/problem-responses.js';
import { AccountPageQuery } from '../page/account-page-query.js';
import { parsePageSize } from '../page/list-page.js';
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
    const { account = null } = query;
    const page = { pageSize: parsePageSize(query.pageSize), pageToken: query.pageToken };
    const wait = { minPosition: query.minPosition ?? null };
    return answered(await this.#queries.execute(new ListReviews({ account }, page, wait)));
  }
}
