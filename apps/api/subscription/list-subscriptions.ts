import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiProperty } from '@nestjs/swagger';
import {
  SubscriptionReader,
  type SubscriptionFilter,
} from '#read-models/queries/subscription-reader.js';
import { isRefusal, type Refusal } from '../http/refusal.js';
import { listPage, type PageRequest } from '../page/list-page.js';
import { ListResource } from '../page/list-resource.js';
import { PageTokens } from '../page/page-tokens.js';
import { PositionGate, type PositionWait } from '../position/position-gate.js';
import { SubscriptionResource, subscriptionResource } from './subscription-resource.js';

export class ListSubscriptions extends Query<SubscriptionListResource | Refusal> {
  readonly filter: SubscriptionFilter;
  readonly page: PageRequest;
  readonly wait: PositionWait;

  constructor(filter: SubscriptionFilter, page: PageRequest, wait: PositionWait) {
    super();
    this.filter = filter;
    this.page = page;
    this.wait = wait;
  }
}

export class SubscriptionListResource extends ListResource {
  @ApiProperty({ type: () => [SubscriptionResource], description: 'By subscription id.' })
  readonly items!: readonly SubscriptionResource[];
}

@QueryHandler(ListSubscriptions)
export class ListSubscriptionsHandler implements IQueryHandler<ListSubscriptions> {
  readonly #subscriptions: SubscriptionReader;
  readonly #tokens: PageTokens;
  readonly #gate: PositionGate;

  constructor(subscriptions: SubscriptionReader, tokens: PageTokens, gate: PositionGate) {
    this.#subscriptions = subscriptions;
    this.#tokens = tokens;
    this.#gate = gate;
  }

  async execute({
    filter,
    page,
    wait,
  }: ListSubscriptions): Promise<SubscriptionListResource | Refusal> {
    const refusal = await this.#gate.pass(wait);
    if (refusal !== null) return refusal;
    const request = { ...page, scope: { list: 'subscriptions', filter } };
    const list = await listPage(this.#tokens, request, {
      read: (range) => this.#subscriptions.list(filter, range),
      keyOf: (row) => row.subscriptionId,
    });
    return isRefusal(list) ? list : { ...list, items: list.items.map(subscriptionResource) };
  }
}
