import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiProperty } from '@nestjs/swagger';
import {
  SubscriptionReader,
  type SubscriptionFilter,
} from '#read-models/queries/subscription-reader.js';
import type { Refusal } from '../http/refusal.js';
import { ListQuery } from '../page/list-query.js';
import { ListResource } from '../page/list-resource.js';
import { PageAnswerer } from '../page/page-answerer.js';
import { SubscriptionResource, subscriptionResource } from './subscription-resource.js';

export class ListSubscriptions extends ListQuery<SubscriptionFilter, SubscriptionListResource> {}

export class SubscriptionListResource extends ListResource {
  @ApiProperty({ type: () => [SubscriptionResource], description: 'By subscription id.' })
  readonly items!: readonly SubscriptionResource[];
}

@QueryHandler(ListSubscriptions)
export class ListSubscriptionsHandler implements IQueryHandler<ListSubscriptions> {
  readonly #subscriptions: SubscriptionReader;
  readonly #pages: PageAnswerer;

  constructor(subscriptions: SubscriptionReader, pages: PageAnswerer) {
    this.#subscriptions = subscriptions;
    this.#pages = pages;
  }

  execute(query: ListSubscriptions): Promise<SubscriptionListResource | Refusal> {
    return this.#pages.answer(query, {
      list: 'subscriptions',
      read: (range) => this.#subscriptions.list(query.filter, range),
      keyOf: (row) => row.subscriptionId,
      itemOf: subscriptionResource,
    });
  }
}
