import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiProperty } from '@nestjs/swagger';
import { PaymentReader, type PaymentFilter } from '#read-models/queries/payment-reader.js';
import { isRefusal, type Refusal } from '../http/refusal.js';
import { listPage, type PageRequest } from '../page/list-page.js';
import { ListResource } from '../page/list-resource.js';
import { PageTokens } from '../page/page-tokens.js';
import { PositionGate, type PositionWait } from '../position/position-gate.js';
import { PaymentResource, paymentResource } from './payment-resource.js';

export class ListPayments extends Query<PaymentListResource | Refusal> {
  readonly filter: PaymentFilter;
  readonly page: PageRequest;
  readonly wait: PositionWait;

  constructor(filter: PaymentFilter, page: PageRequest, wait: PositionWait) {
    super();
    this.filter = filter;
    this.page = page;
    this.wait = wait;
  }
}

export class PaymentListResource extends ListResource {
  @ApiProperty({ type: () => [PaymentResource], description: 'By payment id.' })
  readonly items!: readonly PaymentResource[];
}

@QueryHandler(ListPayments)
export class ListPaymentsHandler implements IQueryHandler<ListPayments> {
  readonly #payments: PaymentReader;
  readonly #tokens: PageTokens;
  readonly #gate: PositionGate;

  constructor(payments: PaymentReader, tokens: PageTokens, gate: PositionGate) {
    this.#payments = payments;
    this.#tokens = tokens;
    this.#gate = gate;
  }

  async execute({ filter, page, wait }: ListPayments): Promise<PaymentListResource | Refusal> {
    const refusal = await this.#gate.pass(wait);
    if (refusal !== null) return refusal;
    const request = { ...page, scope: { list: 'payments', filter } };
    const list = await listPage(this.#tokens, request, {
      read: (range) => this.#payments.list(filter, range),
      keyOf: (row) => row.paymentId,
    });
    return isRefusal(list) ? list : { ...list, items: list.items.map(paymentResource) };
  }
}
