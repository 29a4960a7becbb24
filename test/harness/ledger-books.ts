import { subjectIdOf } from '#events/ids.js';
import type { ApiUnderTest } from './api.js';
import { ask } from './http-answer.js';
import {
  eventIdOf,
  observationIdOf,
  postEvents,
  transfer,
  type PostedEvent,
} from './ledger-rows.js';
import { insertRows, type Values } from './read-model-rows.js';

export const CLEARING = 'assets:provider:conomy-test';
export const MERCHANT = 'liabilities:merchant';
export const PAYMENT = 'conomy-test/transaction/tx-1';
export const OTHER = 'conomy-test/transaction/tx-2';
export const REFUND = 'conomy-test/transaction/re-1';
export const [PAYMENT_ID, OTHER_ID, REFUND_ID] = [PAYMENT, OTHER, REFUND].map(subjectIdOf) as [
  string,
  string,
  string,
];

/** Paid on the 1st, told on the 1st; given back on the 2nd at noon, which we learn on the 5th. */
export const EVENTS: readonly PostedEvent[] = [
  {
    subject: PAYMENT,
    name: 'paid',
    recordedAt: '2026-10-01T10:00:01.000Z',
    lines: [
      ...transfer([CLEARING, MERCHANT], 10_000n, { effectiveAt: '2026-10-01T10:00:00.000Z' }),
      ...transfer(['expenses:fees:conomy-test', CLEARING], 300n, {
        line: 'cost',
        effectiveAt: '2026-10-01T10:00:00.000Z',
      }),
    ],
  },
  {
    subject: OTHER,
    name: 'authorized',
    recordedAt: '2026-10-03T08:00:00.000Z',
    lines: transfer([CLEARING, MERCHANT], 700n, {
      line: 'authorized',
      layer: 'pending',
      effectiveAt: '2026-10-03T08:00:00.000Z',
    }),
  },
  {
    subject: OTHER,
    name: 'paid',
    recordedAt: '2026-10-04T08:00:00.000Z',
    lines: [
      ...transfer([CLEARING, MERCHANT], 5_000n, { effectiveAt: '2026-10-04T08:00:00.000Z' }),
      ...transfer(['suspense:conomy-test', CLEARING], 40n, {
        line: 'cost',
        reason: 'unexplained-cost',
        effectiveAt: '2026-10-04T08:00:00.000Z',
      }),
    ],
  },
  {
    subject: REFUND,
    name: 'refunded',
    recordedAt: '2026-10-05T09:00:00.000Z',
    lines: transfer([MERCHANT, CLEARING], 2_500n, {
      line: 'refund',
      effectiveAt: '2026-10-02T12:00:00.000Z',
    }),
  },
];

/** Writes `EVENTS` to partition 1 with their payments and records, and a large payment to partition 0. */
export async function insertBooks({ database }: Pick<ApiUnderTest, 'database'>): Promise<void> {
  await insertRows(database, 'payments', [
    movement(PAYMENT, { order_id: 'ORD-1' }),
    movement(OTHER, { order_id: 'ORD-2' }),
    movement(REFUND, { kind: 'refund', parent_id: PAYMENT_ID }),
  ]);
  await postEvents(database, EVENTS, 1);
  await postEvents(database, [
    {
      subject: 'cobru-test/payment/c-1',
      name: 'paid',
      recordedAt: '2026-10-02T00:00:00.000Z',
      lines: transfer(['assets:provider:cobru-test', MERCHANT], 9_007_199_254_740_993_000n, {
        currency: 'COP',
        effectiveAt: '2026-10-02T00:00:00.000Z',
      }),
    },
  ]);
  await insertRows(
    database,
    'deliveries',
    EVENTS.map(({ subject, name, recordedAt }, n) => ({
      partition: 1,
      position: BigInt(n),
      observation_id: observationIdOf(subject, name),
      account: 'conomy-test',
      provider: 'conomy',
      subject,
      subject_id: subjectIdOf(subject),
      event_id: eventIdOf(subject, name),
      facts_digest: eventIdOf(subject, name),
      request_id: `request-${n}`,
      recorded_at: recordedAt,
    })),
  );
}

function movement(subject: string, values: Values): Values {
  const reference = subject.slice(subject.lastIndexOf('/') + 1);
  const own = { payment_id: subjectIdOf(subject), account: 'conomy-test', provider: 'conomy' };
  return { ...own, subject, reference, status: 'succeeded', ...values };
}

/** Money as the API writes it. */
export function ars(amount: string, minorUnits: string): object {
  return { amount, currency: 'ARS', minorUnits, exponent: 2 };
}

/** Every item of a list, page by page. */
export async function walkList(
  api: ApiUnderTest,
  path: string,
  pick: (item: Values) => string,
): Promise<readonly string[]> {
  const seen: string[] = [];
  let token = '';
  do {
    const { body } = await ask(api, `${path}${path.includes('?') ? '&' : '?'}pageToken=${token}`);
    seen.push(...(body['items'] as readonly Values[]).map(pick));
    token = String(body['nextPageToken']);
  } while (token !== '');
  return seen;
}
