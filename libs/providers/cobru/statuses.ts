import type { PaymentStatus } from '#ledger/payment/payment-status.js';

export type RankedStatus = { readonly status: PaymentStatus; readonly rank: number };

/**
 * Cobru's payment states in ours; the highest rank in the set of facts is the state. A payer may
 * retry after a rejection, and cash may arrive after expiry, so 3 beats 2 and 5; a refund (4) beats
 * 3.
 */
export const COBRU_STATES: ReadonlyMap<string, RankedStatus> = new Map([
  ['0', { status: 'created', rank: 10 }],
  ['1', { status: 'pending', rank: 20 }],
  ['5', { status: 'expired', rank: 30 }],
  ['2', { status: 'failed', rank: 40 }],
  ['3', { status: 'succeeded', rank: 50 }],
  ['4', { status: 'refunded', rank: 60 }],
]);

const REQUESTED: RankedStatus = { status: 'created', rank: 10 };
const IN_PROCESS: RankedStatus = { status: 'processing', rank: 20 };
const PAID: RankedStatus = { status: 'succeeded', rank: 40 };
/** A bank may return what it had taken, and a withdrawal is not tried again under its id. */
const FAILED: RankedStatus = { status: 'failed', rank: 50 };

/**
 * Cobru's withdrawal states in ours: 0 created, 1 in process, 2 deposited, 3 consigned, 4 error, 5
 * rejected by the bank. From `paidState` on (2 or 3, see the profile) the money is paid.
 */
export function withdrawalStatus(state: string, paidState: number): RankedStatus | null {
  switch (state) {
    case '0':
      return REQUESTED;
    case '1':
      return IN_PROCESS;
    case '2':
    case '3':
      return Number(state) < paidState ? { ...IN_PROCESS, rank: 30 } : PAID;
    case '4':
    case '5':
      return FAILED;
    default:
      return null;
  }
}

/** The words that one specification has in place of the numbers of a withdrawal's states. */
export const WITHDRAWAL_WORDS: ReadonlyMap<string, string> = new Map([
  ['created', '0'],
  ['processing', '1'],
  ['deposited', '2'],
  ['consigned', '3'],
  ['error', '4'],
  ['rejected', '5'],
]);
