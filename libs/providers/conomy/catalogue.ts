import type { CatalogueEntry } from '../catalogue.js';
import { CONOMY_EVENTS, CUSTOMER_EVENT, type ConomyEvent } from './events.js';
import {
  CONOMY_LEVELS,
  CONOMY_REFUND_STATUSES,
  CONOMY_STATUSES,
  REVIEW_APPROVED,
  type ConomyStatuses,
} from './statuses.js';

const PAYMENT = { id: '69e0df45b604159c5b8ba5a9', externalId: 'order-1', type: 'PURCHASE' };
const WITHDRAWAL = {
  id: '69e0df45b604159c5b8ba5c1',
  externalId: 'payout-1',
  type: 'WITHDRAWAL_ACCOUNT',
};
const REFUND = {
  id: '69e0df45b604159c5b8ba5d2',
  externalId: 'refund-1',
  type: 'REFUND',
  parentPaymentId: PAYMENT.id,
};
const MONEY = { totalAmount: '2000.00', currency: 'ARS' };
const TIMESTAMP = '2026-04-17T15:30:00Z';

type Body = CatalogueEntry['body'];
type Shape = 'contract A' | 'contract B' | 'contract C';

/** Every event name in the contracts that have it, and every status under those that go by it. */
export const CONOMY_CATALOGUE: readonly CatalogueEntry[] = [
  ...named('contract A', (name) => name.startsWith('Transaction.')),
  ...named('contract B', (name) => !name.startsWith('Transaction.')),
  ...changed('', PAYMENT, CONOMY_STATUSES),
  ...changed(' of a withdrawal', WITHDRAWAL, CONOMY_STATUSES),
  ...changed(' of a refund', REFUND, CONOMY_REFUND_STATUSES),
  ...[...CONOMY_LEVELS.keys()].map((level) => ({
    shape: 'contract B',
    name: `${CUSTOMER_EVENT} to ${level}`,
    body: {
      eventType: CUSTOMER_EVENT,
      timestamp: TIMESTAMP,
      customer: { id: '69e25243baa9fd9b463d6bac', operationLevel: level },
    },
  })),
  ...named('contract C', (name) => !name.startsWith('Transaction.')),
];

/** Events by their names; where the status in the body decides, one for each status. */
function named(shape: Shape, isOfShape: (name: string) => boolean): readonly CatalogueEntry[] {
  return [...CONOMY_EVENTS]
    .filter(([name]) => isOfShape(name) && name !== 'transaction.status_changed')
    .flatMap(([name, event]) =>
      statusesBeside(event).map((status) => ({
        shape,
        name: event.by === 'name' ? name : `${name} with ${status}`,
        body: bodyOf(shape, name, { ...(event.isRefund ? REFUND : PAYMENT), status }),
      })),
    );
}

function statusesBeside({ by, status, isReviewResult, mark }: ConomyEvent): readonly string[] {
  if (isReviewResult) return ['CAPTURED', 'FAILED'];
  if (by === 'body') return mark === null ? [status ?? 'PENDING'] : ['SETTLED', 'UNSETTLED'];
  return [status === null || status === REVIEW_APPROVED ? 'CAPTURED' : status];
}

function changed(
  suffix: string,
  subject: Body,
  statuses: ConomyStatuses,
): readonly CatalogueEntry[] {
  const name = 'transaction.status_changed';
  return [...statuses.keys()]
    .filter((status) => status !== REVIEW_APPROVED)
    .map((status) => ({
      shape: 'contract B',
      name: `${name} to ${status}${suffix}`,
      body: bodyOf('contract B', name, { ...subject, status }),
    }));
}

function bodyOf(shape: Shape, name: string, members: Body): Body {
  const transaction = { ...members, ...MONEY };
  switch (shape) {
    case 'contract A': {
      const { type: _, ...untyped } = transaction as typeof transaction & { type?: unknown };
      return { event: name, data: { transaction: untyped } };
    }
    case 'contract B':
      return { eventType: name, timestamp: TIMESTAMP, transaction };
    case 'contract C':
      return { eventType: name, timestamp: TIMESTAMP, data: { transaction } };
  }
}
