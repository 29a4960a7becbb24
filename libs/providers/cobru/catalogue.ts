import type { CatalogueEntry } from '../catalogue.js';
import { COBRU_STATES, WITHDRAWAL_WORDS } from './statuses.js';

const PAYMENT = { url: '3gofdf6f', amount: '50000.00', payment_method: 'Bre-B' };
const ORIGINAL = { url: '8xfiz72r', amount: 50000, payed_amount: 44050, payment_method: 'pse' };
const BANK = { id: 112941, amount: 19370, payed_amount: 10000, account_type: 0, bank_name: 18 };
const CASH = { id: 230, amount: 13015, date_cancelled: '' };

const states = [...COBRU_STATES.keys()].sort().map(Number);

/** Every state of Cobru's payments and withdrawals, the latter also by their words. */
export const COBRU_CATALOGUE: readonly CatalogueEntry[] = [
  ...entries('payment callback', states, PAYMENT),
  ...entries('original payment callback', states, ORIGINAL),
  ...entries('bank withdrawal callback', [...states, ...WITHDRAWAL_WORDS.keys()], BANK),
  ...entries('cash withdrawal callback', states, CASH),
];

function entries(
  shape: string,
  values: readonly (number | string)[],
  body: CatalogueEntry['body'],
): readonly CatalogueEntry[] {
  return values.map((state) => ({
    shape,
    name: `state ${state}`,
    body:
      shape === 'original payment callback'
        ? { ...body, state, payed: state === 3 }
        : { ...body, state },
  }));
}
