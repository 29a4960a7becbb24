import { Controller, Get, HttpCode, Param, Post, Query, Req, UseGuards } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { ValidateBy } from 'class-validator';
import type { FastifyRequest } from 'fastify';
import { InvariantError } from '#ledger/assert.js';
import { OperateScopeGuard } from '../access/operate-scope.guard.js';
import { requireScope } from '../access/require-scope.js';
import { pathParameters, queryParameters } from '../http/parameter-pipe.js';
import { answered } from '../http/refusal.js';
import { contextOf } from '../http/request-context.js';
import { ApiProblems } from '../openapi/problem-responses.js';
import { PositionQuery } from '../position/position-query.js';
import { ClosedPeriodResource, ClosePeriod } from './close-period.js';
import { GetPeriods, PeriodsResource } from './get-periods.js';
import { operatorCallOf } from './operator-call.js';
import { parsePeriod } from './period.js';

const PERIOD_FORMS =
  'must be a month (2026-10), a day (2026-10-31) or an instant with its zone (2026-10-31T18:00:00Z)';

export class PeriodPath {
  @ValidateBy(
    {
      name: 'isPeriod',
      validator: {
        validate: (text: unknown) => typeof text === 'string' && parsePeriod(text) !== null,
      },
    },
    { message: PERIOD_FORMS, context: { code: 'not-a-period' } },
  )
  @ApiProperty({
    example: '2026-10',
    description: 'A month or a day in UTC, or an instant with its zone: everything before it.',
  })
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
  @ApiOperation({
    operationId: 'getPeriods',
    summary: 'How far the books are closed, and what closed them',
  })
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
  @UseGuards(OperateScopeGuard)
  @ApiOperation({
    operationId: 'closePeriod',
    summary: 'Closes a period that is over. Needs the scope `operate`; again it changes nothing',
  })
  @ApiOkResponse({ type: ClosedPeriodResource })
  @ApiProblems(400, 401, 403, 503)
  async close(
    @Param(pathParameters) { periodId }: PeriodPath,
    @Req() request: FastifyRequest,
  ): Promise<ClosedPeriodResource> {
    const period = parsePeriod(periodId);
    if (period === null) throw new InvariantError('The path was validated.');
    const command = new ClosePeriod(period, operatorCallOf(request));
    return answered(await this.#commands.execute(command));
  }
}
