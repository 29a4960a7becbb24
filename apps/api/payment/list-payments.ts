import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiProperty } from '@nestjs/swagger';
import { PaymentReader, type PaymentFilter } from '#read-models/queries/payment-reader.js';
import type { Refusal } from '../http/refusal.js';
import { ListQuery } from '../page/list-query.js';
import { ListResource } from '../page/list-resource.js';
import { PageAnswerer } from '../page/page-answerer.js';
import { PaymentResource, paymentResource } from './payment-resource.js';

export class ListPayments extends ListQuery<PaymentFilter, PaymentListResource> {}

export class PaymentListResource extends ListResource {
  @ApiProperty({ type: () => [PaymentResource], description: 'By payment id.' })
  readonly items!: readonly PaymentResource[];
}

@QueryHandler(ListPayments)
export class ListPaymentsHandler implements IQueryHandler<ListPayments> {
  readonly #payments: PaymentReader;
  readonly #pages: PageAnswerer;

  constructor(payments: PaymentReader, pages: PageAnswerer) {
    this.#payments = payments;
    this.#pages = pages;
  }

  execute(query: ListPayments): Promise<PaymentListResource | Refusal> {
    return this.#pages.answer(query, {
      list: 'payments',
      read: (range) => this.#payments.list(query.filter, range),
      keyOf: (row) => row.paymentId,
      itemOf: paymentResource,
    });
  }
}
