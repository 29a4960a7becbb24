import type { Money } from '#ledger/money.js';
import { parseAmount, type AmountFormat } from '../amount.js';
import { filledTextOf, type Facts } from '../facts.js';
import { parseInstant } from '../instant.js';

/** Members of one object of a body: what stands at `data.payment`, or at the top. */
export type ObjectReader = {
  readonly text: (name: string) => string | null;
  /** In the object's own `currency`. */
  readonly amount: (name: string) => Money | null;
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
  return {
    text,
    amount: (name) => parseAmount(text(name), text('currency') ?? currency ?? null, amounts),
    instant: (name) => parseInstant(text(name)),
  };
}
