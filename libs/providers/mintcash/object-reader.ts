import type { Money } from '#ledger/money.js';
import { statedAmount, type AmountFormat, type StatedAmount } from '../amount.js';
import { filledTextOf, type Facts } from '../facts.js';
import { parseInstant } from '../instant.js';

/** Members of one object of a body: what stands at `data.payment`, or at the top. */
export type ObjectReader = {
  readonly text: (name: string) => string | null;
  /** In the object's own `currency`. */
  readonly amount: (name: string) => Money | null;
  /** Is money stated that we cannot read, as of an unknown currency? */
  readonly isUnreadable: (name: string) => boolean;
  readonly instant: (name: string) => string | null;
};

/** @param at path of the object; null for the top */
export function readerAt(
  facts: Facts,
  at: string | null,
  { amounts, currency }: { readonly amounts: AmountFormat; readonly currency?: string | null },
): ObjectReader {
  const text = (name: string): string | null =>
    filledTextOf(facts, at === null ? name : `${at}.${name}`);
  const stated = (name: string): StatedAmount =>
    statedAmount(text(name), text('currency') ?? currency ?? null, amounts);
  return {
    text,
    amount: (name) => stated(name).money,
    isUnreadable: (name) => stated(name).isUnreadable,
    instant: (name) => parseInstant(text(name)),
  };
}
