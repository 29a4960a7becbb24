import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiProperty } from '@nestjs/swagger';
import { FLAGS } from '#ledger/payment/flag.js';
import {
  ReviewReader,
  type ReviewKey,
  type ReviewRow,
} from '#read-models/queries/review-reader.js';
import type { Refusal } from '../http/refusal.js';
import { MoneyResource, moneyOf } from '../order/money-resource.js';
import { ListQuery } from '../page/list-query.js';
import { ListResource } from '../page/list-resource.js';
import { PageAnswerer } from '../page/page-answerer.js';

export type ReviewFilter = { readonly account: string | null };

export class ListReviews extends ListQuery<ReviewFilter, ReviewListResource> {}

/** A payment that its provider holds until somebody decides. */
export class ReviewResource {
  @ApiProperty({ format: 'uuid' })
  readonly paymentId!: string;

  @ApiProperty({ description: 'The provider account.' })
  readonly account!: string;

  @ApiProperty({ example: 'conomy' })
  readonly provider!: string;

  @ApiProperty({ description: "The provider's own id of the payment." })
  readonly reference!: string;

  @ApiProperty({ type: String, nullable: true })
  readonly orderId!: string | null;

  @ApiProperty({ type: () => MoneyResource, nullable: true })
  readonly amount!: MoneyResource | null;

  @ApiProperty({ enum: FLAGS, isArray: true, description: 'What a person should know.' })
  readonly flags!: readonly string[];

  @ApiProperty({
    format: 'date-time',
    description:
      "The provider's time of the review; where it states none, when the log took its first word of it.",
  })
  readonly since!: string;

  @ApiProperty({
    type: 'integer',
    description: "Seconds since then by the database's clock; 0 where the provider's is ahead.",
  })
  readonly ageSeconds!: number;

  @ApiProperty({ format: 'date-time' })
  readonly recordedAt!: string;
}

export class ReviewListResource extends ListResource {
  @ApiProperty({ type: () => [ReviewResource], description: 'Oldest first.' })
  readonly items!: readonly ReviewResource[];
}

@QueryHandler(ListReviews)
export class ListReviewsHandler implements IQueryHandler<ListReviews> {
  readonly #reviews: ReviewReader;
  readonly #pages: PageAnswerer;

  constructor(reviews: ReviewReader, pages: PageAnswerer) {
    this.#reviews = reviews;
    this.#pages = pages;
  }

  execute(query: ListReviews): Promise<ReviewListResource | Refusal> {
    return this.#pages.answer(query, {
      list: 'reviews',
      read: ({ after, rowsMax }) =>
        this.#reviews.list(query.filter, {
          after: after === null ? null : parseKey(after),
          rowsMax,
        }),
      keyOf: (row) => `${row.since.toISOString()} ${row.paymentId}`,
      itemOf: reviewResource,
    });
  }
}

/** Of a token that we made ourselves. */
function parseKey(after: string): ReviewKey {
  const [since = '', paymentId = ''] = after.split(' ');
  return { since, paymentId };
}

function reviewResource(row: ReviewRow): ReviewResource {
  return {
    paymentId: row.paymentId,
    account: row.account,
    provider: row.provider,
    reference: row.reference,
    orderId: row.orderId,
    amount: moneyOf(row.amountMinor, row),
    flags: row.flags,
    since: row.since.toISOString(),
    ageSeconds: row.ageSeconds,
    recordedAt: row.recordedAt.toISOString(),
  };
}
