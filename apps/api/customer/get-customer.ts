import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { CustomerReader } from '#read-models/queries/customer-reader.js';
import type { Refusal } from '../http/refusal.js';
import { PositionGate, type PositionWait } from '../position/position-gate.js';
import { CustomerResource, customerResource } from './customer-resource.js';

export class GetCustomer extends Query<CustomerResource | Refusal> {
  readonly customerId: string;
  readonly wait: PositionWait;

  constructor(customerId: string, wait: PositionWait) {
    super();
    this.customerId = customerId;
    this.wait = wait;
  }
}

@QueryHandler(GetCustomer)
export class GetCustomerHandler implements IQueryHandler<GetCustomer> {
  readonly #customers: CustomerReader;
  readonly #gate: PositionGate;

  constructor(customers: CustomerReader, gate: PositionGate) {
    this.#customers = customers;
    this.#gate = gate;
  }

  async execute({ customerId, wait }: GetCustomer): Promise<CustomerResource | Refusal> {
    const refusal = await this.#gate.pass(wait);
    if (refusal !== null) return refusal;
    const found = await this.#customers.find(customerId);
    return found === null ? customerNotFound(customerId) : customerResource(found);
  }
}

export function customerNotFound(customerId: string): Refusal {
  return { refused: 'not-found', detail: `There is no customer ${customerId}.` };
}
