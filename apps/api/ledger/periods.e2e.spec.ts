import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Subscription } from '#event-log/event-log.js';
import { uuidV7 } from '#events/uuid.js';
import { ProjectionHandler } from '#projection/projection-handler.js';
import { startApi, TOKENS, type ApiUnderTest } from '../../../test/harness/api.js';
import { ask, expectProblem, type Answer } from '../../../test/harness/http-answer.js';
import { mintcashWebhook } from '../../../test/harness/observe.js';

type Entry = Readonly<Record<string, unknown>>;

const FOLDED = { interval: 50, timeout: 10_000 };

let api: ApiUnderTest;
let folding: Subscription;

beforeAll(async () => {
  api = await startApi({ minPositionWaitMs: 10_000 });
  const handler = new ProjectionHandler(api.database, { folded: () => {}, fenced: () => {} });
  folding = await api.log.subscribe('projector', handler);
});

afterAll(async () => {
  await folding.stop();
  await api.stop();
});

describe('a period', () => {
  it('once closed, takes no entry any more: it counts from the end and tells its own time', async () => {
    await pay('pay_1', '2026-09-10T10:00:00.000Z');
    await expect.poll(() => entriesOf('pay_1'), FOLDED).toHaveLength(2);
    const closed = await close('2026-09');
    expect(closed.body).toMatchObject({ periodId: '2026-09', until: '2026-10-01T00:00:00.000Z' });

    const position = String(closed.body['position']);
    const { body } = await ask(api, `/v1/ledger/periods?minPosition=${position}`);
    expect(body).toMatchObject({
      closedUntil: '2026-10-01T00:00:00.000Z',
      lastClosed: '2026-09',
    });
    expect(body['partitions']).toHaveLength(api.log.partitions);
    expect(body['closes']).toMatchObject([
      { periodId: '2026-09', until: '2026-10-01T00:00:00.000Z', partitions: api.log.partitions },
    ]);

    await pay('pay_2', '2026-09-20T10:00:00.000Z');
    await expect.poll(() => entriesOf('pay_2'), FOLDED).toHaveLength(2);
    for (const entry of await entriesOf('pay_2')) {
      expect(entry).toMatchObject({
        effectiveAt: '2026-10-01T00:00:00.000Z',
        toldAt: '2026-09-20T10:00:00.000Z',
      });
    }
    for (const entry of await entriesOf('pay_1')) {
      expect(entry).toMatchObject({ effectiveAt: '2026-09-10T10:00:00.000Z', toldAt: null });
    }
  });

  it('is closed once, however often it is asked for', async () => {
    const ends = await api.log.endPositions();
    const again = await close('2026-09');
    expect(again.body).toMatchObject({ periodId: '2026-09', position: null });
    expect(await api.log.endPositions()).toEqual(ends);
  });

  it('may be a day, or end at an instant with its zone, and is listed by its own name', async () => {
    expect((await close('2026-10-02')).body).toMatchObject({ until: '2026-10-03T00:00:00.000Z' });
    const instant = await close(encodeURIComponent('2026-10-04T18:30:00-05:00'));
    const until = '2026-10-04T23:30:00.000Z';
    expect(instant.body).toMatchObject({ periodId: until, until });
    const position = String(instant.body['position']);
    const { body } = await ask(api, `/v1/ledger/periods?minPosition=${position}`);
    expect(body).toMatchObject({ closedUntil: until, lastClosed: until });
    const ids = (body['closes'] as readonly Entry[]).map(({ periodId }) => periodId);
    expect(ids).toEqual([until, '2026-10-02', '2026-09']);
  });

  it('is not closed before it is over, nor behind a later one', async () => {
    const ends = await api.log.endPositions();
    const future = await close(`${new Date().getUTCFullYear() + 1}-01`);
    const earlier = await close('2026-08');
    const soon = await close(new Date(Date.now() + 60_000).toISOString());
    const today = await close(new Date().toISOString().slice(0, 10));
    for (const answer of [soon, today]) {
      expect(answer.body['errors']).toMatchObject([{ code: 'not-over-yet' }]);
    }
    const malformed = ['2026-13', 'x', '2026-02-30', '2026-10-05T12:00:00', '1969-12', '2026-1'];
    const refused = await Promise.all(malformed.map(close));
    for (const answer of refused) {
      expect(answer.body['errors']).toMatchObject([{ code: 'not-a-period' }]);
    }
    for (const answer of [future, earlier, soon, today, ...refused]) {
      expectProblem(answer, 400, 'invalid-parameter');
    }
    expect(future.body['errors']).toMatchObject([{ code: 'not-over-yet' }]);
    expect(earlier.body['errors']).toMatchObject([{ code: 'closed-already' }]);
    expect(await api.log.endPositions()).toEqual(ends);
  });

  it('is closed with the scope `operate` alone, and read with `read`', async () => {
    const path = '/v1/ledger/periods/2026-09/close';
    expectProblem(await ask(api, path, { method: 'POST', token: null }), 401, 'unauthenticated');
    expectProblem(await ask(api, path, { method: 'POST' }), 403, 'forbidden');
    const list = '/v1/ledger/periods';
    expectProblem(await ask(api, list, { token: TOKENS.operate }), 403, 'forbidden');
  });
});

async function close(periodId: string): Promise<Answer> {
  const path = `/v1/ledger/periods/${periodId}/close`;
  return ask(api, path, { method: 'POST', token: TOKENS.operate });
}

async function pay(id: string, createdAt: string): Promise<void> {
  const body = {
    eventId: `event-of-${id}`,
    event: 'payment.succeeded',
    type: 'payment',
    environment: 'test',
    createdAt,
    data: { id, externalId: `ORD-${id}`, status: 'succeeded', amount: 12.5, currency: 'USD' },
  };
  await api.log.append([mintcashWebhook(uuidV7(), body)]);
}

async function entriesOf(reference: string): Promise<readonly Entry[]> {
  const { body } = await ask(api, `/v1/ledger/entries?orderId=ORD-${reference}`);
  return body['items'] as readonly Entry[];
}
