import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { IsIdText } from '../http/parameter-rules.js';
import { PageQuery } from './page-query.js';

export const ACCOUNT_LENGTH_MAX = 40;
export const REFERENCE_LENGTH_MAX = 200;

/** What lists of things at a provider account take. */
export class AccountPageQuery extends PageQuery {
  @IsOptional()
  @IsIdText(ACCOUNT_LENGTH_MAX)
  @ApiPropertyOptional({ maxLength: ACCOUNT_LENGTH_MAX, description: 'The provider account.' })
  readonly account?: string;
}

/** And where these things have ids of the provider's. */
export class ReferencePageQuery extends AccountPageQuery {
  @IsOptional()
  @IsIdText(REFERENCE_LENGTH_MAX)
  @ApiPropertyOptional({ maxLength: REFERENCE_LENGTH_MAX, description: "The provider's own id." })
  readonly reference?: string;
}

/** And where they may have ids of ours, which their provider only repeats. */
export class ClientReferencePageQuery extends ReferencePageQuery {
  @IsOptional()
  @IsIdText(REFERENCE_LENGTH_MAX)
  @ApiPropertyOptional({
    maxLength: REFERENCE_LENGTH_MAX,
    description: 'Our own id, as the provider repeats it.',
  })
  readonly clientReference?: string;
}
