import { Controller, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { ValidateBy } from 'class-validator';
import type { FastifyRequest } from 'fastify';
import { requireScope } from '../access/require-scope.js';
import { pathParameters, queryParameters } from '../http/parameter-pipe.js';
import { answered } from '../http/refusal.js';
import { contextOf } from '../http/request-context.js';
import { ApiProblems } from '../openapi/problem-responses.js';
import { PositionQuery } from '../position/position-query.js';
import { ClosedPeriodResource, ClosePeriod } from './close-period.js';
import { GetPeriods, PeriodsResource } from './get-periods.js';
import { isPeriodId } from './period.js';

export class PeriodPath {
  @ValidateBy(
    {
      name: 'isPeriodId',
      validator: { validate: (text: unknown) => typeof text === 'string' && isPeriodId(text) },
    },
    { message: 'must be a month, as 2026-10', context: { code: 'not-a-period' } },
  )
  @ApiProperty({ example: '2026-10', description: 'A month in UTC.' })
  readonly periodId!: string;
}

@ApiTags('ledger')
@ApiBearerAuth()
@Controller('v1/ledger/periods')
export class PeriodController {
  readonly #queries: QueryBus;
  readonly #commands: CommandBus;

  constructor(queries: QueryBus, commands: CommandBus) {
    this.#queries = queries;
    this.#commands = commands;
  }

  @Get()
  @ApiOperation({ operationId: 'getPeriods', summary: 'How far the books are closed' })
  @ApiOkResponse({ type: PeriodsResource })
  @ApiProblems(400, 401, 403, 503)
  async periods(
    @Query(queryParameters) { minPosition }: PositionQuery,
    @Req() request: FastifyRequest,
  ): Promise<PeriodsResource> {
    requireScope(contextOf(request), 'read');
    const query = new GetPeriods({ minPosition: minPosition ?? null });
    return answered(await this.#queries.execute(query));
  }

  @Post(':periodId/close')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'closePeriod',
    summary: 'Closes a month that is over. Needs the scope `operate`; again it changes nothing',
  })
  @ApiOkResponse({ type: ClosedPeriodResource })
  @ApiProblems(400, 401, 403, 503)
  async close(
    @Param(pathParameters) { periodId }: PeriodPath,
    @Req() request: FastifyRequest,
  ): Promise<ClosedPeriodResource> {
    const context = contextOf(request);
    requireScope(context, 'operate');
    return answered(await this.#commands.execute(new ClosePeriod(periodId, context.requestId)));
  }
}
