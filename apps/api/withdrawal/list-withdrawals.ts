import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiProperty } from '@nestjs/swagger';
import { WithdrawalReader, type WithdrawalFilter } from '#read-models/queries/withdrawal-reader.js';
import { isRefusal, type Refusal } from '../http/refusal.js';
import { listPage, type PageRequest } from '../page/list-page.js';
import { ListResource } from '../page/list-resource.js';
import { PageTokens } from '../page/page-tokens.js';
import { PositionGate, type PositionWait } from '../position/position-gate.js';
import { WithdrawalResource, withdrawalResource } from './withdrawal-resource.js';

export class ListWithdrawals extends Query<WithdrawalListResource | Refusal> {
  readonly filter: WithdrawalFilter;
  readonly page: PageRequest;
  readonly wait: PositionWait;

  constructor(filter: WithdrawalFilter, page: PageRequest, wait: PositionWait) {
    super();
    this.filter = filter;
    this.page = page;
    this.wait = wait;
  }
}

export class WithdrawalListResource extends ListResource {
  @ApiProperty({ type: () => [WithdrawalResource], description: 'By withdrawal id.' })
  readonly items!: readonly WithdrawalResource[];
}

@QueryHandler(ListWithdrawals)
export class ListWithdrawalsHandler implements IQueryHandler<ListWithdrawals> {
  readonly #withdrawals: WithdrawalReader;
  readonly #tokens: PageTokens;
  readonly #gate: PositionGate;

  constructor(withdrawals: WithdrawalReader, tokens: PageTokens, gate: PositionGate) {
    this.#withdrawals = withdrawals;
    this.#tokens = tokens;
    this.#gate = gate;
  }

  async execute({
    filter,
    page,
    wait,
  }: ListWithdrawals): Promise<WithdrawalListResource | Refusal> {
    const refusal = await this.#gate.pass(wait);
    if (refusal !== null) return refusal;
    const request = { ...page, scope: { list: 'withdrawals', filter } };
    const list = await listPage(this.#tokens, request, {
      read: (range) => this.#withdrawals.list(filter, range),
      keyOf: (row) => row.paymentId,
    });
    return isRefusal(list) ? list : { ...list, items: list.items.map(withdrawalResource) };
  }
}
