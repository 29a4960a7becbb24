import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ReadScopeGuard } from '../access/read-scope.guard.js';
import { queryParameters } from '../http/parameter-pipe.js';
import { answered } from '../http/refusal.js';
import { ApiProblems } from '../openapi/problem-responses.js';
import { parsePageSize } from '../page/list-page.js';
import { PageQuery } from '../page/page-query.js';
import { GetStatus, StatusResource } from './get-status.js';
import { ListParked, ParkedListResource } from './list-parked.js';

@ApiTags('operations')
@ApiBearerAuth()
@UseGuards(ReadScopeGuard)
@Controller('v1')
export class OperationsController {
  readonly #queries: QueryBus;

  constructor(queries: QueryBus) {
    this.#queries = queries;
  }

  @Get('parked')
  @ApiOperation({ operationId: 'listParked', summary: 'Subjects set aside, by subject' })
  @ApiOkResponse({ type: ParkedListResource })
  @ApiProblems(400, 401, 403, 503)
  async parked(@Query(queryParameters) query: PageQuery): Promise<ParkedListResource> {
    const page = { pageSize: parsePageSize(query.pageSize), pageToken: query.pageToken };
    const wait = { minPosition: query.minPosition ?? null };
    return answered(await this.#queries.execute(new ListParked(page, wait)));
  }

  @Get('status')
  @ApiOperation({ operationId: 'getStatus', summary: 'How far the fold is, and what waits' })
  @ApiOkResponse({ type: StatusResource })
  @ApiProblems(401, 403, 503)
  async status(): Promise<StatusResource> {
    return this.#queries.execute(new GetStatus());
  }
}
