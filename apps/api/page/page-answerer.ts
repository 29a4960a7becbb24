import { Injectable } from '@nestjs/common';
import type { Page } from '#read-models/queries/order-reader.js';
import { isRefusal, type Refusal } from '../http/refusal.js';
import { PositionGate } from '../position/position-gate.js';
import { listPage, type ListAnswer } from './list-page.js';
import type { ListQuery } from './list-query.js';
import { PageTokens, type ListScope } from './page-tokens.js';

/** What one list is made of. */
export type ListSource<Row, Item> = {
  /** Its name in page tokens: a token is good for one list alone. */
  readonly list: string;
  readonly read: (page: Page) => Promise<readonly Row[]>;
  readonly keyOf: (row: Row) => string;
  readonly itemOf: (row: Row) => Item;
};

/** Answers list queries: waits until the read models are far enough, then reads one page. */
@Injectable()
export class PageAnswerer {
  readonly #tokens: PageTokens;
  readonly #gate: PositionGate;

  constructor(tokens: PageTokens, gate: PositionGate) {
    this.#tokens = tokens;
    this.#gate = gate;
  }

  async answer<Row, Item>(
    { filter, page, wait }: ListQuery<ListScope['filter'], unknown>,
    { list, read, keyOf, itemOf }: ListSource<Row, Item>,
  ): Promise<ListAnswer<Item> | Refusal> {
    const refusal = await this.#gate.pass(wait);
    if (refusal !== null) return refusal;
    const request = { ...page, scope: { list, filter } };
    const found = await listPage(this.#tokens, request, { read, keyOf });
    return isRefusal(found) ? found : { ...found, items: found.items.map(itemOf) };
  }
}
