import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import type { BookSpan } from '#read-models/queries/ledger-book-reader.js';
import { IsIdText, IsOneOf } from '../http/parameter-rules.js';
import { endOf, IsBookTime, startOf } from './book-times.js';
import { BOOK_FORMATS, type BookFormat } from './book-format.js';
import { LEDGER_ACCOUNT_LENGTH_MAX } from './ledger-query.js';

/** What every walk over the books takes. */
export class BookQuery {
  @IsOptional()
  @IsBookTime()
  @ApiPropertyOptional({ example: '2026-10-01', description: 'Entries that count from then on.' })
  readonly from?: string;

  @IsOptional()
  @IsBookTime()
  @ApiPropertyOptional({
    example: '2026-10-31',
    description: 'And up to then; a day means the whole of it, in UTC.',
  })
  readonly to?: string;

  @IsOptional()
  @IsIdText(512)
  @ApiPropertyOptional({
    maxLength: 512,
    description:
      'A position token: entries that the log had caused below it, which are the same each time. ' +
      'Without it, those that there are; `x-cuadre-position` of the answer names the position.',
  })
  readonly asOfPosition?: string;

  @IsOptional()
  @IsOneOf(BOOK_FORMATS)
  @ApiPropertyOptional({
    enum: BOOK_FORMATS,
    description: 'Goes before the header `Accept` (application/json, text/csv, application/jsonl).',
  })
  readonly format?: BookFormat;
}

export class StatementQuery extends BookQuery {
  @IsIdText(LEDGER_ACCOUNT_LENGTH_MAX)
  @ApiProperty({
    maxLength: LEDGER_ACCOUNT_LENGTH_MAX,
    example: 'assets:provider:cobru-test',
    description: 'One ledger account.',
  })
  readonly account!: string;
}

export function spanOf({ from, to }: BookQuery): BookSpan {
  return {
    from: from === undefined ? null : startOf(from),
    before: to === undefined ? null : endOf(to),
  };
}
