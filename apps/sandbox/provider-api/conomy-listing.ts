import type { BookEntry } from '../books/book-object.js';
import { conomyPayment, identityId, typeOf } from '../plan/payloads/conomy.js';

const FILTERS = new Set([
  'identityId',
  'type',
  'accountNumber',
  'status',
  'startDate',
  'endDate',
  'sort',
  'limit',
  'offset',
  'checkoutSessionId',
]);
const PAGE_SIZE = 20;
const PAGE_SIZE_MAX = 100;
const DAY_MS = 86_400_000;

export type ConomyListing = {
  readonly data: readonly Record<string, unknown>[];
  readonly total: number;
  readonly limit: number;
  readonly offset: number;
};

/**
 * `GET /payments` with its documented filters. Anything else is refused rather than ignored: who filters
 * by `externalId` must find out here that Conomy cannot.
 */
export function conomyListing(
  entries: Iterable<BookEntry>,
  query: Readonly<Record<string, unknown>>,
  environment: 'test' | 'live',
): ConomyListing | { readonly refused: string } {
  const unknown = Object.keys(query).find((name) => !FILTERS.has(name));
  if (unknown !== undefined) return { refused: `${unknown} is not a filter` };
  const text = (name: string): string | null => {
    const value = query[name];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const limit = wholeNumber(text('limit'), { otherwise: PAGE_SIZE, max: PAGE_SIZE_MAX });
  const offset = wholeNumber(text('offset'), { otherwise: 0, max: 1_000_000 });
  const start = dayOf(text('startDate'));
  const end = dayOf(text('endDate'));
  for (const [name, value] of Object.entries({ limit, offset, startDate: start, endDate: end })) {
    if (value === undefined) return { refused: `${name} is not valid` };
  }
  const found = [...entries].filter(
    (entry) => isConomyPayment(entry) && isWanted(entry, { text, start, end }),
  );
  // The newest first, unless asked otherwise.
  const isAscending = text('sort') === 'asc';
  found.sort((a, b) => (a.object.createdAtMs - b.object.createdAtMs) * (isAscending ? 1 : -1));
  const from = offset ?? 0;
  const page = found.slice(from, from + (limit ?? PAGE_SIZE));
  return {
    data: page.map((entry) => conomyPayment(entry, environment)),
    total: found.length,
    limit: limit ?? PAGE_SIZE,
    offset: from,
  };
}

/** Refunds and withdrawals are payments there, too; customers are not. */
export function isConomyPayment({ object }: BookEntry): boolean {
  return object.provider === 'conomy' && object.kind !== 'customer';
}

type Wanted = {
  readonly text: (name: string) => string | null;
  readonly start: number | null | undefined;
  readonly end: number | null | undefined;
};

function isWanted({ object, history }: BookEntry, { text, start, end }: Wanted): boolean {
  const status = history.at(-1)?.status ?? 'CREATED';
  return (
    (text('identityId') ?? identityId(object)) === identityId(object) &&
    (text('type') ?? typeOf(object)) === typeOf(object) &&
    (text('status') ?? status) === status &&
    // The sandbox gives out neither accounts nor checkout sessions.
    text('accountNumber') === null &&
    text('checkoutSessionId') === null &&
    object.createdAtMs >= (start ?? 0) &&
    object.createdAtMs < (end ?? Infinity) + DAY_MS
  );
}

/** `dd/mm/yyyy`, the day's first millisecond in UTC; null for none, undefined for a wrong one. */
function dayOf(text: string | null): number | null | undefined {
  if (text === null) return null;
  const [, day, month, year] = /^(\d{2})\/(\d{2})\/(\d{4})$/.exec(text) ?? [];
  const atMs = Date.parse(`${year}-${month}-${day}T00:00:00Z`);
  return Number.isNaN(atMs) ? undefined : atMs;
}

function wholeNumber(
  text: string | null,
  { otherwise, max }: { readonly otherwise: number; readonly max: number },
): number | undefined {
  if (text === null) return otherwise;
  return /^\d{1,7}$/.test(text) && Number(text) <= max ? Number(text) : undefined;
}
