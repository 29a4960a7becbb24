import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiProperty } from '@nestjs/swagger';
import { WithdrawalReader, type WithdrawalFilter } from '#read-models/queries/withdrawal-reader.js';
import type { Refusal } from '../http/refusal.js';
import { ListQuery } from '../page/list-query.js';
import { ListResource } from '../page/list-resource.js';
import { PageAnswerer } from '../page/page-answerer.js';
import { WithdrawalResource, withdrawalResource } from './withdrawal-resource.js';

export class ListWithdrawals extends ListQuery<WithdrawalFilter, WithdrawalListResource> {}

export class WithdrawalListResource extends ListResource {
  @ApiProperty({ type: () => [WithdrawalResource], description: 'By withdrawal id.' })
  readonly items!: readonly WithdrawalResource[];
}

@QueryHandler(ListWithdrawals)
export class ListWithdrawalsHandler implements IQueryHandler<ListWithdrawals> {
  readonly #withdrawals: WithdrawalReader;
  readonly #pages: PageAnswerer;

  constructor(withdrawals: WithdrawalReader, pages: PageAnswerer) {
    this.#withdrawals = withdrawals;
    this.#pages = pages;
  }

  execute(query: ListWithdrawals): Promise<WithdrawalListResource | Refusal> {
    return this.#pages.answer(query, {
      list: 'withdrawals',
      read: (range) => this.#withdrawals.list(query.filter, range),
      keyOf: (row) => row.paymentId,
      itemOf: withdrawalResource,
    });
  }
}
