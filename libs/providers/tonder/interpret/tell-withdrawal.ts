import { tonderStatus } from '../statuses.js';
import {
  amountOf,
  instantOf,
  tellMovement,
  type Told,
  type TonderObject,
} from './tell-movement.js';

/**
 * The Withdrawals API: the whole object at every change, or the short notice of a reversal, which
 * is the same withdrawal returned. What the merchant is debited is not stated, so `net` stays open.
 */
export function tellWithdrawal(object: TonderObject): Told | null {
  const status = tonderStatus(object.text('status'));
  if (status === null) return null;
  const createdAt = status.status === 'pending' ? instantOf(object, 'created_at') : null;
  const isAmount = object.profile.withdrawalTax === 'amount';
  return tellMovement(object, {
    kind: 'withdrawal',
    status,
    occurredAt: instantOf(object, 'modified_at', 'updated_at') ?? createdAt,
    amount: amountOf(object),
    parent: null,
    fee: amountOf(object, ['fee_amount']).money ?? amountOf(object, ['fixed_fee']).money,
    tax: isAmount ? amountOf(object, ['tax']).money : null,
  });
}
