import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { subjectIdOf } from '#events/ids.js';
import type { Subscription } from '#event-log/event-log.js';
import { uuidV7 } from '#events/uuid.js';
import { ProjectionHandler } from '#projection/projection-handler.js';
import { startApi, type ApiUnderTest } from '../../../test/harness/api.js';
import { ask, expectProblem, type Answer } from '../../../test/harness/http-answer.js';
import { conomyWebhook } from '../../../test/harness/observe.js';
import { insertRows, type Values } from '../../../test/harness/read-model-rows.js';

const SHOWN_MS_MAX = 1_000;

let api: ApiUnderTest;
let folding: Subscription;

beforeAll(async () => {
  api = await startApi();
  const handler = new ProjectionHandler(api.database, { folded: () => {}, fenced: () => {} });
  folding = await api.log.subscribe('projector', handler);
});

afterAll(async () => {
  await folding.stop();
  await api.stop();
});

describe('reviews', () => {
  it('show a payment within a second of its webhook, and no longer once it is decided', async () => {
    const startedMs = performance.now();
    await tell('payment.requiresReview', 'REQUIRES_REVIEW', '2026-11-21T10:00:00Z');
    await expect.poll(references, { interval: 10, timeout: SHOWN_MS_MAX }).toEqual(['tx-live']);
    expect(performance.now() - startedMs).toBeLessThan(SHOWN_MS_MAX);

    const { body } = await get('/v1/reviews');
    expect(body['items']).toEqual([
      expect.objectContaining({
        account: 'conomy-test',
        provider: 'conomy',
        reference: 'tx-live',
        orderId: 'ORD-1',
        amount: expect.objectContaining({ amount: '2000.00', currency: 'ARS' }),
      }),
    ]);

    await tell('payment.settled', 'SETTLED', '2026-11-21T10:05:00Z');
    await expect.poll(references, { interval: 10, timeout: SHOWN_MS_MAX }).toEqual([]);
  });

  it('are as old as the first word of them, however often it is repeated', async () => {
    const paymentId = subjectIdOf('conomy-test/transaction/again');
    await insertRows(api.database, 'payments', [
      inReview('again', { account: 'repeated', recorded_at: '2026-11-09T00:00:00Z' }),
    ]);
    const told = ['in_review', 'processing', 'in_review', 'in_review'];
    await insertRows(
      api.database,
      'deliveries',
      told.map((status, n) => ({
        position: BigInt(1_000_000 + n),
        observation_id: uuidV7(),
        subject: 'conomy-test/transaction/again',
        subject_id: paymentId,
        request_id: `request-again-${n}`,
        change_version: BigInt(n + 1),
        change_status: status,
        recorded_at: `2026-11-0${n + 1}T00:00:00Z`,
      })),
    );
    const { body } = await get('/v1/reviews?account=repeated');
    expect(body['items']).toMatchObject([{ since: '2026-11-03T00:00:00.000Z' }]);
  });

  it('come oldest first by the time that the provider states, without gap or repetition', async () => {
    await insertRows(api.database, 'payments', [
      // The same moment but for microseconds, which a page token does not hold.
      ...Array.from({ length: 9 }, (_, n) =>
        inReview(`same-${n}`, { occurred_at: `2026-11-01T00:00:00.12300${n}Z` }),
      ),
      inReview('oldest', { occurred_at: '2026-10-01T00:00:00Z' }),
      inReview('unstated', { recorded_at: '2026-11-11T00:00:00Z' }),
      inReview('ahead', { occurred_at: '2999-01-01T00:00:00Z', account: 'other' }),
      inReview('out', { kind: 'withdrawal' }),
    ]);
    const seen: Values[] = [];
    let token = '';
    do {
      const { body } = await get(`/v1/reviews?pageSize=2&pageToken=${token}`);
      seen.push(...(body['items'] as readonly Values[]));
      token = String(body['nextPageToken']);
    } while (token !== '');
    const order = seen.map(({ reference }) => reference);

    expect(order).toHaveLength(13);
    expect(new Set(order).size).toBe(13);
    expect(order[0]).toBe('oldest');
    expect(order.slice(-2)).toEqual(['unstated', 'ahead']);
    expect(seen.at(-1)?.['ageSeconds']).toBe(0);
  });

  it('are those of one account where it is named', async () => {
    const { body } = await get('/v1/reviews?account=other');
    expect(body['items']).toMatchObject([{ reference: 'ahead' }]);
    expectProblem(await get('/v1/reviews?status=x'), 400, 'invalid-parameter');
  });
});

async function tell(eventType: string, status: string, timestamp: string): Promise<void> {
  const transaction = {
    id: 'tx-live',
    externalId: 'ORD-1',
    status,
    totalAmount: '2000.00',
    currency: 'ARS',
    type: 'PURCHASE',
  };
  await api.log.append([conomyWebhook(uuidV7(), { eventType, timestamp, transaction })]);
}

function inReview(reference: string, values: Values): Values {
  const subject = `conomy-test/transaction/${reference}`;
  return {
    payment_id: subjectIdOf(subject),
    account: 'conomy-test',
    provider: 'conomy',
    reference,
    subject,
    status: 'in_review',
    ...values,
  };
}

async function references(): Promise<readonly unknown[]> {
  const { body } = await get('/v1/reviews');
  return (body['items'] as readonly Values[]).map(({ reference }) => reference);
}

async function get(path: string): Promise<Answer> {
  return ask(api, path);
}
