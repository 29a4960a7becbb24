import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { SubscriptionReader } from '#read-models/queries/subscription-reader.js';
import type { Refusal } from '../http/refusal.js';
import { PositionGate, type PositionWait } from '../position/position-gate.js';
import { SubscriptionResource, subscriptionResource } from './subscription-resource.js';

export class GetSubscription extends Query<SubscriptionResource | Refusal> {
  readonly subscriptionId: string;
  readonly wait: PositionWait;

  constructor(subscriptionId: string, wait: PositionWait) {
    super();
    this.subscriptionId = subscriptionId;
    this.wait = wait;
  }
}

@QueryHandler(GetSubscription)
export class GetSubscriptionHandler implements IQueryHandler<GetSubscription> {
  readonly #subscriptions: SubscriptionReader;
  readonly #gate: PositionGate;

  constructor(subscriptions: SubscriptionReader, gate: PositionGate) {
    this.#subscriptions = subscriptions;
    this.#gate = gate;
  }

  async execute({
    subscriptionId,
    wait,
  }: GetSubscription): Promise<SubscriptionResource | Refusal> {
    const refusal = await this.#gate.pass(wait);
    if (refusal !== null) return refusal;
    const found = await this.#subscriptions.find(subscriptionId);
    return found === null ? subscriptionNotFound(subscriptionId) : subscriptionResource(found);
  }
}

export function subscriptionNotFound(subscriptionId: string): Refusal {
  return { refused: 'not-found', detail: `There is no subscription ${subscriptionId}.` };
}
