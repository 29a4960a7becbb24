import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Subscription } from '#event-log/event-log.js';
import { settlementIdOf, subjectIdOf } from '#events/ids.js';
import { uuidV7 } from '#events/uuid.js';
import { ProjectionHandler } from '#projection/projection-handler.js';
import { startApi, TOKENS, type ApiUnderTest } from '../../../test/harness/api.js';
import { ask, expectProblem } from '../../../test/harness/http-answer.js';
import { mintcashWebhook } from '../../../test/harness/observe.js';

type Row = Readonly<Record<string, unknown>>;

const ACCOUNT = 'mintcash-test';
const REPORT = settlementIdOf(ACCOUNT, 'R-1');
const PAYMENT = subjectIdOf(`${ACCOUNT}/payment/pay_1`);

let api: ApiUnderTest;
let folding: Subscription;

/** A report of a payment, and one of a fee of nothing in particular, which no movement names. */
beforeAll(async () => {
  api = await startApi({ minPositionWaitMs: 10_000 });
  const handler = new ProjectionHandler(api.database, { folded: () => {}, fenced: () => {} });
  folding = await api.log.subscribe('projector', handler);
  await api.log.append([
    mintcashWebhook(uuidV7(), {
      eventId: 'evt_1',
      event: 'payment.succeeded',
      type: 'payment',
      environment: 'test',
      createdAt: '2026-07-01T10:00:00.000Z',
      data: { id: 'pay_1', externalId: 'O-1', status: 'succeeded', amount: 25, currency: 'USD' },
    }),
  ]);
  const base = { currency: 'USD', paidAt: '2026-07-03' };
  const reports: readonly (readonly [report: string, line: object])[] = [
    ['R-0', { line: '1', type: 'payment', reference: 'payment/pay_1', amount: '25.00' }],
    ['R-1', { line: '2', type: 'fee', amount: '-1.50' }],
  ];
  for (const [report, line] of reports) {
    const body = { account: ACCOUNT, report, lines: [{ ...base, ...line }] };
    const path = '/v1/settlements/imports';
    const sent = await ask(api, path, { method: 'POST', token: TOKENS.operate, body });
    await ask(api, `/v1/ledger/periods?minPosition=${String(sent.body['position'])}`);
  }
});

afterAll(async () => {
  await folding.stop();
  await api.stop();
});

describe('a settlement report', () => {
  it.each(['R-1', REPORT])('is found by its name and its id: %s', async (id) => {
    expect(await lookUp(id)).toMatchObject([
      { kind: 'settlement', settlementId: REPORT, href: `/v1/settlements/${REPORT}` },
    ]);
  });

  it('is found by the subject of a line that names no movement', async () => {
    const { body } = await ask(api, '/v1/ledger/entries?pageSize=100');
    const entries = body['items'] as readonly Row[];
    const subject = String(entries.find(({ line }) => String(line).endsWith('/2'))?.['subject']);
    for (const id of [subject, subjectIdOf(subject)]) {
      const found = await lookUp(id);
      expect([id, found.map(({ settlementId }) => settlementId)]).toEqual([id, [REPORT]]);
    }
  });

  it('is nothing to tell the provider in the trail of a payment', async () => {
    const { body } = await ask(api, `/v1/payments/${PAYMENT}/trail`);
    expect((body['timeline'] as readonly Row[]).map(({ kind }) => kind)).toContain('report-line');
    expect(body['whatToTellTheProvider']).toMatchObject([
      { objectId: 'pay_1', providerEventIds: ['evt_1'], requestIds: [expect.any(String)] },
    ]);
  });
});

describe('a payment', () => {
  it('is found by its subject key, as entries of the books have it', async () => {
    const found = await lookUp(`${ACCOUNT}/payment/pay_1`);
    expect(found).toMatchObject([{ kind: 'payment', paymentId: PAYMENT }]);
  });
});

describe('a provider account that is misspelt', () => {
  it.each([
    '/v1/ledger/clearing?account=mintcash-tst',
    '/v1/ledger/clearing/mintcash-tst/payments',
    '/v1/ledger/suspense?account=mintcash-tst',
    '/v1/settlements?account=mintcash-tst',
  ])('is not there, and the nearest is named: %s', async (path) => {
    const answer = await ask(api, path);
    expectProblem(answer, 404, 'not-found');
    expect(answer.body['detail']).toContain('The nearest is `mintcash-test`');
    expect((await ask(api, path.replace('mintcash-tst', 'conomy-test'))).status).toBe(200);
  });
});

async function lookUp(id: string): Promise<readonly Row[]> {
  const { body } = await ask(api, `/v1/lookup?q=${encodeURIComponent(id)}`);
  return body['items'] as readonly Row[];
}
