import { reportLineId, type ReportLine } from '../payment/report-line.js';
import { bank, fees, providerClearing, suspense, type LedgerAccount } from './ledger-account.js';
import type { Leg, Posting } from './posting.js';

/** A line that names the payment, the withdrawal or the refund that it is on: money that moved for it. */
export function movementLinePosting(line: ReportLine, account: string): Posting {
  return postingOf(line, {
    debit: bank(account),
    credit: providerClearing(account),
    reason: null,
  });
}

/**
 * A line that names nothing: like every line it moves the bank by its amount. A payout is money that came
 * for all that is open; a fee was kept of what came. What else reached the bank, or left it, waits in
 * suspense for an explanation.
 */
export function loneLinePosting(line: ReportLine, account: string): Posting {
  switch (line.type) {
    case 'payout':
      return movementLinePosting(line, account);
    case 'fee':
      // The amount of a fee is below zero, so this debits the fees.
      return postingOf(line, {
        debit: bank(account),
        credit: fees(account),
        reason: null,
      });
    case 'payment':
    case 'refund':
    case 'withdrawal':
    case 'adjustment': {
      const reason = line.type === 'adjustment' ? 'adjustment' : 'no-movement';
      return postingOf(line, { debit: bank(account), credit: suspense(account), reason });
    }
  }
}

function postingOf(
  line: ReportLine,
  {
    debit,
    credit,
    reason,
  }: {
    readonly debit: LedgerAccount;
    readonly credit: LedgerAccount;
    readonly reason: string | null;
  },
): Posting {
  const { minor, currency, exponent } = line.amount;
  const legs: readonly Leg[] = [
    { account: debit, minor },
    { account: credit, minor: -minor },
  ];
  return {
    line: `report:${reportLineId(line)}`,
    layer: 'posted',
    currency,
    exponent,
    effectiveAt: line.paidAt,
    legs,
    reason,
  };
}
