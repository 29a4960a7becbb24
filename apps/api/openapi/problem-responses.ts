import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { PROBLEM_CONTENT_TYPE, PROBLEMS } from '#platform/problem.js';

export class FieldErrorResource {
  @ApiProperty({ example: '/query/pageSize' })
  readonly pointer!: string;

  @ApiProperty({ example: 'not-a-page-size' })
  readonly code!: string;

  @ApiProperty()
  readonly detail!: string;
}

/** Problem details (RFC 9457). */
export class ProblemResource {
  @ApiProperty({ example: 'urn:cuadre:problem:not-found' })
  readonly type!: string;

  @ApiProperty()
  readonly title!: string;

  @ApiProperty({ type: 'integer' })
  readonly status!: number;

  @ApiProperty({ description: 'For people; free to change.' })
  readonly detail!: string;

  @ApiProperty({ type: String, nullable: true })
  readonly instance!: string | null;

  @ApiProperty({ enum: Object.keys(PROBLEMS), description: 'For programs to branch on.' })
  readonly code!: string;

  @ApiProperty({ type: String, nullable: true })
  readonly requestId!: string | null;

  @ApiProperty({ type: String, nullable: true })
  readonly traceId!: string | null;

  @ApiPropertyOptional({ type: () => [FieldErrorResource] })
  readonly errors?: readonly FieldErrorResource[];
}

type ProblemStatus = keyof typeof DESCRIPTIONS;

const DESCRIPTIONS = {
  400: 'A parameter, the page token or the position token cannot be used.',
  401: 'A valid bearer token is needed.',
  403: 'The token lacks the scope.',
  404: 'There is no such resource.',
  503: 'The position is not folded yet; see Retry-After.',
} as const;

/** Declares the problems that a route answers with. */
export function ApiProblems(...statuses: readonly ProblemStatus[]): MethodDecorator {
  return applyDecorators(
    ...statuses.map((status) =>
      ApiResponse({
        status,
        description: DESCRIPTIONS[status],
        content: { [PROBLEM_CONTENT_TYPE]: { schema: { $ref: getSchemaPath(ProblemResource) } } },
      }),
    ),
  );
}
