import { isRefusal, type Refusal } from '../http/refusal.js';
import type { Page } from '#read-models/queries/order-reader.js';
import type { ListScope, PageTokens } from './page-tokens.js';

const PAGE_SIZE_DEFAULT = 50;
const PAGE_SIZE_MAX = 1_000;

/** `pageSize` as sent, already known to be a positive whole number; more than 1000 counts as 1000. */
export function parsePageSize(text: string | undefined): number {
  return text === undefined ? PAGE_SIZE_DEFAULT : Math.min(Number(text), PAGE_SIZE_MAX);
}

export type PageRequest = { readonly pageSize: number; readonly pageToken: string | undefined };

export type ListAnswer<T> = { readonly items: readonly T[]; readonly nextPageToken: string };

/**
 * One page of a list by keyset: asks for a row more than the page holds, which tells whether there is
 * another page. The empty `nextPageToken` is the only end.
 */
export async function listPage<Row>(
  tokens: PageTokens,
  request: PageRequest & { readonly scope: ListScope },
  source: {
    readonly read: (page: Page) => Promise<readonly Row[]>;
    readonly keyOf: (row: Row) => string;
  },
): Promise<ListAnswer<Row> | Refusal> {
  const start = tokens.decode(request.scope, request.pageToken);
  if (isRefusal(start)) return start;
  const rows = await source.read({ after: start.after, rowsMax: request.pageSize + 1 });
  const items = rows.slice(0, request.pageSize);
  const last = items.at(-1);
  const hasMore = rows.length > items.length && last !== undefined;
  return {
    items,
    nextPageToken: hasMore ? tokens.encode(request.scope, source.keyOf(last)) : '',
  };
}
