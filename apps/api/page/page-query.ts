import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { IsPageSize } from '../http/parameter-rules.js';
import { parsePageSize, type PageRequest } from './list-page.js';
import { PositionQuery } from '../position/position-query.js';

/** The page that a list's query asks for. */
export function pageRequestOf({ pageSize, pageToken }: PageQuery): PageRequest {
  return { pageSize: parsePageSize(pageSize), pageToken };
}

/** What every list takes. */
export class PageQuery extends PositionQuery {
  @IsOptional()
  @IsPageSize()
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    default: 50,
    description: 'Items of a page at most; more than 1000 counts as 1000.',
  })
  readonly pageSize?: string;

  @IsOptional()
  @IsString()
  @MaxLength(1_024)
  @ApiPropertyOptional({
    maxLength: 1_024,
    description: 'The `nextPageToken` of the page before, with the same filters.',
  })
  readonly pageToken?: string;
}
