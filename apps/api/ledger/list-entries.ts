import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiProperty } from '@nestjs/swagger';
import {
  LedgerEntryReader,
  type EntryFilter,
  type EntryKey,
} from '#read-models/queries/ledger-entry-reader.js';
import { isRefusal, type Refusal } from '../http/refusal.js';
import { listPage, type PageRequest } from '../page/list-page.js';
import { ListResource } from '../page/list-resource.js';
import { PageTokens } from '../page/page-tokens.js';
import { PositionGate, type PositionWait } from '../position/position-gate.js';
import { EntryResource, entryResource } from './entry-resource.js';

export class ListEntries extends Query<EntryListResource | Refusal> {
  readonly filter: EntryFilter;
  readonly page: PageRequest;
  readonly wait: PositionWait;

  constructor(filter: EntryFilter, page: PageRequest, wait: PositionWait) {
    super();
    this.filter = filter;
    this.page = page;
    this.wait = wait;
  }
}

export class EntryListResource extends ListResource {
  @ApiProperty({
    type: () => [EntryResource],
    description: 'By `effectiveAt`, then by partition and sequence.',
  })
  readonly items!: readonly EntryResource[];
}

@QueryHandler(ListEntries)
export class ListEntriesHandler implements IQueryHandler<ListEntries> {
  readonly #entries: LedgerEntryReader;
  readonly #tokens: PageTokens;
  readonly #gate: PositionGate;

  constructor(entries: LedgerEntryReader, tokens: PageTokens, gate: PositionGate) {
    this.#entries = entries;
    this.#tokens = tokens;
    this.#gate = gate;
  }

  async execute({ filter, page, wait }: ListEntries): Promise<EntryListResource | Refusal> {
    const refusal = await this.#gate.pass(wait);
    if (refusal !== null) return refusal;
    const request = { ...page, scope: { list: 'ledger-entries', filter } };
    const list = await listPage(this.#tokens, request, {
      read: ({ after, rowsMax }) => this.#entries.list(filter, { after: parseKey(after), rowsMax }),
      keyOf: ({ effectiveAt, partition, sequence }) =>
        JSON.stringify({
          effectiveAt: effectiveAt.toISOString(),
          partition,
          sequence,
        } satisfies EntryKey),
    });
    return isRefusal(list) ? list : { ...list, items: list.items.map(entryResource) };
  }
}

/** Of a token that we made ourselves. */
function parseKey(after: string | null): EntryKey | null {
  return after === null ? null : (JSON.parse(after) as EntryKey);
}
