import type { Layer } from '#ledger/posting/posting.js';

/** Which entries are meant; null is any. */
export type LedgerScope = {
  readonly account: string | null;
  /** Whole segments of the name: `assets:provider` has `assets:provider:cobru`, not `assets:providers`. */
  readonly accountPrefix: string | null;
  readonly currency: string | null;
  readonly layer: Layer | null;
  /** Of its payments as they are attributed now, and of their refunds with an id of their own. */
  readonly orderId: string | null;
  /** Of a payment and its refunds, or of any other movement. */
  readonly paymentId: string | null;
};

export const WHOLE_LEDGER: LedgerScope = {
  account: null,
  accountPrefix: null,
  currency: null,
  layer: null,
  orderId: null,
  paymentId: null,
};

export function hasSubject({ orderId, paymentId }: LedgerScope): boolean {
  return orderId !== null || paymentId !== null;
}

/** `assets:` means the same as `assets`. */
export function prefixOf({ accountPrefix }: LedgerScope): string | null {
  return accountPrefix === null ? null : accountPrefix.replace(/:+$/, '');
}

/** Condition on a column of account names, by the numbers of the parameters. */
export function accountCondition(
  column: string,
  { account, prefix }: { readonly account: string; readonly prefix: string },
): string {
  return `(${account}::text is null or ${column} = ${account})
    and (${prefix}::text is null or ${column} = ${prefix}
      or starts_with(${column}, ${prefix} || ':'))`;
}

/**
 * Array of the ids of the subjects that an order and a payment mean together, each with its refunds;
 * empty where neither is named.
 */
export function subjectIdsSql({
  orderId,
  paymentId,
}: {
  readonly orderId: string;
  readonly paymentId: string;
}): string {
  return `array(
    select own.payment_id from (
      select p.payment_id from cuadre.payments p where p.order_id = ${orderId}
      union
      select r.payment_id from cuadre.payments p
        join cuadre.payments r on r.parent_id = p.payment_id where p.order_id = ${orderId}
    ) as own
    where ${paymentId}::uuid is null or own.payment_id = ${paymentId}
      or exists (select from cuadre.payments r
                 where r.payment_id = own.payment_id and r.parent_id = ${paymentId})
    union
    select ${paymentId}::uuid where ${orderId}::text is null
    union
    select r.payment_id from cuadre.payments r
    where r.parent_id = ${paymentId} and ${orderId}::text is null
  )`;
}
