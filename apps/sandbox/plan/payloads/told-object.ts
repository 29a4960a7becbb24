import type { BookEntry, BookObject, Happening } from '../../books/book-object.js';

/** What a delivery or an answer tells: a thing and all that has happened to it. */
export type ToldObject = {
  readonly object: BookObject;
  /** Ends with what is told now. */
  readonly history: readonly [Happening, ...Happening[]];
  readonly environment: 'test' | 'live';
};

/** What is told now. */
export function latest({ history }: ToldObject): Happening {
  return history.at(-1) ?? history[0];
}

/** As the books have it now; it was opened in the status given, whatever was told since. */
export function toldByBooks(
  { object, history }: BookEntry,
  {
    environment,
    openedAs,
  }: { readonly environment: ToldObject['environment']; readonly openedAs: string },
): ToldObject {
  const opened: Happening = {
    step: -1,
    event: 'opened',
    status: openedAs,
    atMs: object.createdAtMs,
    amountMinor: object.amountMinor,
    refundedMinor: 0,
    details: {},
  };
  return { object, history: [opened, ...history], environment };
}

/** When it first had this status, ISO 8601; null while it had not. */
export function instantOf({ history }: ToldObject, status: string): string | null {
  const found = history.find((happening) => happening.status === status);
  return found === undefined ? null : new Date(found.atMs).toISOString();
}
