import { Body, Controller, HttpCode, Post, Req, UseGuards } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { IsIn, IsOptional, ValidateBy } from 'class-validator';
import type { FastifyRequest } from 'fastify';
import { CORRECTION_CODES, type CorrectionCode } from '#ledger/posting/correction.js';
import { fits } from '#providers/fact-members.js';
import { OperateScopeGuard } from '../access/operate-scope.guard.js';
import { bodyParameters } from '../http/parameter-pipe.js';
import { isUuidText } from '../http/parameter-rules.js';
import { answered } from '../http/refusal.js';
import { ApiProblems } from '../openapi/problem-responses.js';
import { CorrectBooks, CorrectedBooksResource } from './correct-books.js';
import { operatorCallOf } from './operator-call.js';

const PAYMENTS_MAX = 500;

/** A ticket's id: no space, no `@`, so no name and no e-mail. */
const REFERENCE_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._/#-]{0,63}$';

export class CorrectionBody {
  @ValidateBy(
    { name: 'isPaymentIds', validator: { validate: isPaymentIds } },
    {
      message: `must be a list of 1 to ${PAYMENTS_MAX} UUIDs`,
      context: { code: 'not-payment-ids' },
    },
  )
  @ApiProperty({
    type: [String],
    minItems: 1,
    maxItems: PAYMENTS_MAX,
    description: 'Ids of payments, withdrawals, and refunds with an id of their own.',
  })
  readonly paymentIds!: readonly string[];

  @IsIn(CORRECTION_CODES, {
    message: `must be one of ${CORRECTION_CODES.join(', ')}`,
    context: { code: 'not-allowed' },
  })
  @ApiProperty({ enum: CORRECTION_CODES, description: 'Why.' })
  readonly code!: CorrectionCode;

  @IsOptional()
  @ValidateBy(
    { name: 'isReference', validator: { validate: isReference } },
    {
      message: 'must be the id of a ticket: letters, digits and . _ / # -, 64 at most',
      context: { code: 'not-a-reference' },
    },
  )
  @ApiProperty({
    required: false,
    type: String,
    nullable: true,
    pattern: REFERENCE_PATTERN,
    example: 'CHG-1042',
    description: 'Where it was decided. No names and no other personal data: the log keeps it.',
  })
  readonly reference?: string | null;
}

function isPaymentIds(ids: unknown): boolean {
  return (
    Array.isArray(ids) &&
    ids.length > 0 &&
    ids.length <= PAYMENTS_MAX &&
    ids.every((id) => typeof id === 'string' && isUuidText(id))
  );
}

/** What the fold withholds from a ruling, such as a credential, must not come into the log at all. */
function isReference(text: unknown): boolean {
  return (
    typeof text === 'string' &&
    new RegExp(REFERENCE_PATTERN).test(text) &&
    fits(JSON.stringify(text), 'reference')
  );
}

@ApiTags('ledger')
@ApiBearerAuth()
@UseGuards(OperateScopeGuard)
@Controller('v1/ledger/corrections')
export class CorrectionController {
  readonly #commands: CommandBus;

  constructor(commands: CommandBus) {
    this.#commands = commands;
  }

  @Post()
  @HttpCode(200)
  @ApiOperation({
    operationId: 'correctBooks',
    summary:
      'Records that payments follow the posting rule in force now; the fold posts what differs. ' +
      'Needs the scope `operate`; again it posts nothing',
  })
  @ApiOkResponse({ type: CorrectedBooksResource })
  @ApiProblems(400, 401, 403, 503)
  async correct(
    @Body(bodyParameters) { paymentIds, code, reference = null }: CorrectionBody,
    @Req() request: FastifyRequest,
  ): Promise<CorrectedBooksResource> {
    const call = operatorCallOf(request);
    return answered(
      await this.#commands.execute(new CorrectBooks({ paymentIds, code, reference }, call)),
    );
  }
}
