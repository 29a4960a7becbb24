import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { LAYERS, type Layer } from '#ledger/posting/posting.js';
import type { BookTimes } from '#read-models/queries/ledger-balance-reader.js';
import type { LedgerScope } from '#read-models/queries/ledger-scope.js';
import { IsIdText, IsOneOf, IsUuidText } from '../http/parameter-rules.js';
import { PageQuery } from '../page/page-query.js';
import { PositionQuery } from '../position/position-query.js';
import { endOf, IsBookTime } from './book-times.js';

export const LEDGER_ACCOUNT_LENGTH_MAX = 120;
const ORDER_ID_LENGTH_MAX = 200;
const CURRENCY_LENGTH_MAX = 4;

const AS_AT =
  "Entries that count up to then, by the provider's time. A day means the whole of it, in UTC.";
const AS_KNOWN_AT = "Entries that the log had caused by then. The same forms as `asAt`'s.";

/** What every balance takes besides whose it is. */
export class BookTimesQuery extends PositionQuery {
  @IsOptional()
  @IsBookTime()
  @ApiPropertyOptional({ example: '2026-10-31', description: AS_AT })
  readonly asAt?: string;

  @IsOptional()
  @IsBookTime()
  @ApiPropertyOptional({ example: '2026-11-01T12:00:00Z', description: AS_KNOWN_AT })
  readonly asKnownAt?: string;

  @IsOptional()
  @IsOneOf(LAYERS)
  @ApiPropertyOptional({
    enum: LAYERS,
    description: 'Pending is money that is authorised and not captured: beside the books.',
  })
  readonly layer?: Layer;
}

/** What lists of balances and entries take: of whom. */
export class LedgerScopeQuery extends PageQuery {
  @IsOptional()
  @IsIdText(LEDGER_ACCOUNT_LENGTH_MAX)
  @ApiPropertyOptional({
    maxLength: LEDGER_ACCOUNT_LENGTH_MAX,
    example: 'assets:provider:cobru-test',
    description: 'One ledger account.',
  })
  readonly account?: string;

  @IsOptional()
  @IsIdText(LEDGER_ACCOUNT_LENGTH_MAX)
  @ApiPropertyOptional({
    maxLength: LEDGER_ACCOUNT_LENGTH_MAX,
    example: 'assets',
    description: 'Ledger accounts below this one, by whole segments of the name, and itself.',
  })
  readonly accountPrefix?: string;

  @IsOptional()
  @IsIdText(ORDER_ID_LENGTH_MAX)
  @ApiPropertyOptional({
    maxLength: ORDER_ID_LENGTH_MAX,
    description: 'Of the payments that belong to the order now, their refunds counted in.',
  })
  readonly orderId?: string;

  @IsOptional()
  @IsUuidText()
  @ApiPropertyOptional({
    format: 'uuid',
    description: 'Of a payment, its refunds counted in; or of a withdrawal or a refund.',
  })
  readonly paymentId?: string;

  @IsOptional()
  @IsIdText(CURRENCY_LENGTH_MAX)
  @ApiPropertyOptional({ maxLength: CURRENCY_LENGTH_MAX, example: 'COP' })
  readonly currency?: string;

  @IsOptional()
  @IsOneOf(LAYERS)
  @ApiPropertyOptional({ enum: LAYERS })
  readonly layer?: Layer;
}

export class BalancesQuery extends LedgerScopeQuery {
  @IsOptional()
  @IsBookTime()
  @ApiPropertyOptional({ example: '2026-10-31', description: AS_AT })
  readonly asAt?: string;

  @IsOptional()
  @IsBookTime()
  @ApiPropertyOptional({ example: '2026-11-01T12:00:00Z', description: AS_KNOWN_AT })
  readonly asKnownAt?: string;
}

export class EntriesQuery extends LedgerScopeQuery {
  @IsOptional()
  @IsUuidText()
  @ApiPropertyOptional({
    format: 'uuid',
    description: 'What one event posted: the `eventId` of a record of the trail.',
  })
  readonly eventId?: string;

  @IsOptional()
  @IsBookTime()
  @ApiPropertyOptional({ example: '2026-10-01', description: 'Entries that count from then on.' })
  readonly from?: string;

  @IsOptional()
  @IsBookTime()
  @ApiPropertyOptional({ example: '2026-10-31', description: AS_AT })
  readonly to?: string;
}

/** What names the scope, wherever a caller writes it; checked already. */
type ScopeText = {
  readonly account?: string | undefined;
  readonly accountPrefix?: string | undefined;
  readonly orderId?: string | undefined;
  readonly paymentId?: string | undefined;
  readonly currency?: string | undefined;
  readonly layer?: Layer | undefined;
};

export function scopeOf(query: ScopeText): LedgerScope {
  return {
    account: query.account ?? null,
    accountPrefix: query.accountPrefix ?? null,
    currency: query.currency ?? null,
    layer: query.layer ?? null,
    orderId: query.orderId ?? null,
    paymentId: query.paymentId?.toLowerCase() ?? null,
  };
}

export function timesOf({
  asAt,
  asKnownAt,
}: {
  readonly asAt?: string | undefined;
  readonly asKnownAt?: string | undefined;
}): BookTimes {
  return {
    before: asAt === undefined ? null : endOf(asAt),
    knownBefore: asKnownAt === undefined ? null : endOf(asKnownAt),
  };
}
