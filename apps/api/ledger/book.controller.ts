import { Controller, Get, Query, Req, Res, StreamableFile, UseGuards } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import {
  ApiBearerAuth,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  type ApiResponseNoStatusOptions,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ReadScopeGuard } from '../access/read-scope.guard.js';
import { queryParameters } from '../http/parameter-pipe.js';
import { answered } from '../http/refusal.js';
import { ApiProblems } from '../openapi/problem-responses.js';
import { BOOK_CONTENT_TYPES, bookStream, formatOf } from './book-format.js';
import { BookQuery, spanOf, StatementQuery } from './book-query.js';
import { WalkBooks } from './walk-books.js';

const textOrNull = { type: ['string', 'null'] } as unknown as { type: string };
const cell = { type: ['string', 'integer', 'null'] } as unknown as { type: string };

const BOOK_ANSWER: ApiResponseNoStatusOptions = {
  description: 'Flat rows; the header `x-cuadre-position` names the position they were read at.',
  content: {
    'application/json': {
      schema: {
        type: 'object',
        required: ['position', 'account', 'from', 'before', 'items'],
        properties: {
          position: { type: 'string' },
          account: textOrNull,
          from: textOrNull,
          before: textOrNull,
          items: { type: 'array', items: { type: 'object', additionalProperties: cell } },
        },
      },
    },
    'text/csv': { schema: { type: 'string' } },
    'application/jsonl': { schema: { type: 'string' } },
  },
};

@ApiTags('ledger')
@ApiBearerAuth()
@UseGuards(ReadScopeGuard)
@Controller('v1/ledger')
export class BookController {
  readonly #queries: QueryBus;

  constructor(queries: QueryBus) {
    this.#queries = queries;
  }

  @Get('statement')
  @ApiOperation({
    operationId: 'getStatement',
    summary: 'A statement of one account: opening, every posted entry with its balance, closing',
  })
  @ApiOkResponse(BOOK_ANSWER)
  @ApiProblems(400, 401, 403, 503)
  async statement(
    @Query(queryParameters) query: StatementQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    return this.#walk(query, { account: query.account, request, reply });
  }

  @Get('export')
  @ApiOperation({
    operationId: 'exportLedger',
    summary: 'The general ledger: every entry, in the order of the chains',
  })
  @ApiOkResponse(BOOK_ANSWER)
  @ApiProblems(400, 401, 403, 503)
  async export(
    @Query(queryParameters) query: BookQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    return this.#walk(query, { account: null, request, reply });
  }

  async #walk(
    query: BookQuery,
    asked: {
      readonly account: string | null;
      readonly request: FastifyRequest;
      readonly reply: FastifyReply;
    },
  ): Promise<StreamableFile> {
    const { account, request, reply } = asked;
    const span = spanOf(query);
    const asOfPosition = query.asOfPosition ?? null;
    const walk = answered(
      await this.#queries.execute(new WalkBooks({ account, span, asOfPosition })),
    );
    const format = formatOf(query.format, request.headers.accept);
    reply.header('x-cuadre-position', walk.position);
    const about = { position: walk.position, account, ...span };
    const stream = bookStream(walk.rows, { format, columns: walk.columns, about });
    return new StreamableFile(stream, { type: BOOK_CONTENT_TYPES[format] });
  }
}
