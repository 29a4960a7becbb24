import { Body, Controller, Post, Query, Req, UseGuards } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import {
  ApiBearerAuth,
  ApiBody,
  ApiConsumes,
  ApiCreatedResponse,
  ApiExtraModels,
  ApiOperation,
  ApiProperty,
  ApiPropertyOptional,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsOptional } from 'class-validator';
import type { FastifyRequest } from 'fastify';
import { REPORT_LINE_TYPES } from '#ledger/payment/report-line.js';
import type { FieldError } from '#platform/problem.js';
import { OperateScopeGuard } from '../access/operate-scope.guard.js';
import { bodyParameters, queryParameters } from '../http/parameter-pipe.js';
import { IsIdText, IsOneOf } from '../http/parameter-rules.js';
import { answered, RefusedError } from '../http/refusal.js';
import { operatorCallOf } from '../ledger/operator-call.js';
import { ApiProblems } from '../openapi/problem-responses.js';
import { ACCOUNT_LENGTH_MAX, REFERENCE_LENGTH_MAX } from '../page/account-page-query.js';
import { importRefusal } from './import-refusal.js';
import { ImportSettlement, type SettlementImport } from './import-settlement.js';
import { ImportedSettlementResource } from './imported-settlement-resource.js';
import { REPORT_HEADER, sentInCsv, sentInJson } from './report-file.js';

const LINES_MAX = 10_000;

export class ImportQuery {
  @IsOptional()
  @IsIdText(ACCOUNT_LENGTH_MAX)
  @ApiPropertyOptional({ maxLength: ACCOUNT_LENGTH_MAX, description: 'Of a file: the account.' })
  readonly account?: string;

  @IsOptional()
  @IsIdText(REFERENCE_LENGTH_MAX)
  @ApiPropertyOptional({ maxLength: REFERENCE_LENGTH_MAX, description: 'Of a file: the report.' })
  readonly report?: string;

  @IsOptional()
  @IsOneOf(['true', 'false'])
  @ApiPropertyOptional({ enum: ['true', 'false'], description: 'Only checks the report.' })
  readonly dryRun?: string;
}

export class ReportLineBody {
  @ApiProperty({ maxLength: REFERENCE_LENGTH_MAX, description: 'Tells the lines of it apart.' })
  readonly line!: string;

  @ApiProperty({ enum: REPORT_LINE_TYPES })
  readonly type!: string;

  @ApiPropertyOptional({
    example: 'transaction/69e0df45b604159c5b8ba5a9',
    description: 'What it is for, as `kind/id`; empty where it is for nothing in particular.',
  })
  readonly reference?: string;

  @ApiProperty({
    example: '-97.50',
    description: 'As the payout moves by it: refunds, withdrawals and fees are below zero.',
  })
  readonly amount!: string;

  @ApiProperty({ example: 'COP' })
  readonly currency!: string;

  @ApiProperty({ example: '2026-11-20', description: 'A day in UTC, or a time with its zone.' })
  readonly paidAt!: string;
}

export class ImportBody {
  @IsIdText(ACCOUNT_LENGTH_MAX)
  @ApiProperty({ maxLength: ACCOUNT_LENGTH_MAX, description: 'The provider account.' })
  readonly account!: string;

  @IsIdText(REFERENCE_LENGTH_MAX)
  @ApiProperty({ maxLength: REFERENCE_LENGTH_MAX, description: "The provider's id of the report." })
  readonly report!: string;

  @IsArray({ message: 'must be a list', context: { code: 'not-a-list' } })
  @ArrayMinSize(1, { message: 'must not be empty', context: { code: 'empty' } })
  @ArrayMaxSize(LINES_MAX, {
    message: `must be ${LINES_MAX} at most`,
    context: { code: 'too-many' },
  })
  @ApiProperty({ type: () => [ReportLineBody], minItems: 1, maxItems: LINES_MAX })
  readonly lines!: readonly unknown[];
}

@ApiTags('settlements')
@ApiBearerAuth()
@ApiExtraModels(ImportBody)
@UseGuards(OperateScopeGuard)
@Controller('v1/settlements/imports')
export class ImportController {
  readonly #commands: CommandBus;

  constructor(commands: CommandBus) {
    this.#commands = commands;
  }

  @Post()
  @ApiOperation({
    operationId: 'importSettlement',
    summary: 'Books a settlement report. Needs the scope `operate`; again it changes nothing',
  })
  @ApiConsumes('application/json', 'text/csv')
  @ApiBody({
    required: true,
    description: `As JSON, or as a file with the header \`${REPORT_HEADER}\`, whose account and report are then in the query.`,
    schema: { oneOf: [{ $ref: getSchemaPath(ImportBody) }, { type: 'string' }] },
  })
  @ApiCreatedResponse({ type: ImportedSettlementResource })
  @ApiProblems(400, 401, 403, 503)
  async import(
    @Query(queryParameters) query: ImportQuery,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
  ): Promise<ImportedSettlementResource> {
    const isDryRun = query.dryRun === 'true';
    const sent = typeof body === 'string' ? fileOf(query, body) : await listOf(query, body);
    const command = new ImportSettlement({ ...sent, isDryRun }, operatorCallOf(request));
    return answered(await this.#commands.execute(command));
  }
}

type Sent = Omit<SettlementImport, 'isDryRun'>;

function fileOf({ account, report }: ImportQuery, text: string): Sent {
  if (account === undefined || report === undefined) {
    const missing = account === undefined ? 'account' : 'report';
    const detail = 'is needed beside a file';
    throw badParameter({ pointer: `/query/${missing}`, code: 'missing', detail });
  }
  const sent = sentInCsv(text);
  const { lines, errors } = sent;
  if (lines.length > LINES_MAX || (lines.length === 0 && errors.length === 0)) {
    const detail = `A report has 1 to ${LINES_MAX} lines.`;
    throw badBody([{ pointer: '/body', code: 'too-many', detail }]);
  }
  return { account, report, ...sent };
}

async function listOf({ account, report }: ImportQuery, body: unknown): Promise<Sent> {
  const doubled = account !== undefined ? 'account' : report !== undefined ? 'report' : null;
  if (doubled !== null) {
    const detail = 'is told in the body';
    throw badParameter({ pointer: `/query/${doubled}`, code: 'unknown-parameter', detail });
  }
  const parsed: unknown = await bodyParameters.transform(body ?? {}, {
    type: 'body',
    metatype: ImportBody,
  });
  if (!(parsed instanceof ImportBody)) throw badBody([]);
  return { account: parsed.account, report: parsed.report, ...sentInJson(parsed.lines) };
}

function badBody(errors: readonly FieldError[]): RefusedError {
  return new RefusedError(importRefusal(errors));
}

function badParameter(error: FieldError): RefusedError {
  const detail = `Not valid: ${error.pointer.slice('/query/'.length)}.`;
  return new RefusedError({ refused: 'invalid-parameter', detail, errors: [error] });
}
