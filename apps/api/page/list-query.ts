import { Query } from '@nestjs/cqrs';
import type { Refusal } from '../http/refusal.js';
import type { PositionWait } from '../position/position-gate.js';
import type { PageRequest } from './list-page.js';

/** Asks for one page of what a filter picks, folded as far as the caller has seen. */
export abstract class ListQuery<Filter, List> extends Query<List | Refusal> {
  readonly filter: Filter;
  readonly page: PageRequest;
  readonly wait: PositionWait;

  constructor(filter: Filter, page: PageRequest, wait: PositionWait) {
    super();
    this.filter = filter;
    this.page = page;
    this.wait = wait;
  }
}
