import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { IsIdText } from '../http/parameter-rules.js';
import type { PositionWait } from './position-gate.js';

/** How far the read that is asked for has to be folded. */
export function positionWaitOf({ minPosition }: PositionQuery): PositionWait {
  return { minPosition: minPosition ?? null };
}

/** What every read takes. */
export class PositionQuery {
  @IsOptional()
  @IsIdText(512)
  @ApiPropertyOptional({
    maxLength: 512,
    description:
      'A position token from the answer to a write: the read waits, up to a limit, until it is folded.',
  })
  readonly minPosition?: string;
}
