import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Subscription } from '#event-log/event-log.js';
import { subjectIdOf } from '#events/ids.js';
import { positionAfter } from '#events/position.js';
import { POSTING_RULES, type PostingRules } from '#ledger/posting/rules.js';
import { ensureLiveGeneration } from '#projection/generations.js';
import { ProjectionHandler } from '#projection/projection-handler.js';
import { startApi, TOKENS, type ApiUnderTest } from '../../../test/harness/api.js';
import { ask, expectProblem, type Answer } from '../../../test/harness/http-answer.js';
import { cobruLookup } from '../../../test/harness/observe.js';
import { observationId } from '../../../test/harness/projection-bench.js';

type Row = Readonly<Record<string, unknown>>;

const QUIET = { folded: () => {}, fenced: () => {} };
const PATH = '/v1/ledger/corrections';
const PAYMENT = subjectIdOf('cobru-test/payment/odd');

let api: ApiUnderTest;
let folding: Subscription;

/** A payment that the first rule booked with an unexplained rest, and then a rule that books it as a fee. */
beforeAll(async () => {
  api = await startApi({ minPositionWaitMs: 10_000 });
  const [appended] = await api.log.append([
    cobruLookup(observationId(1), {
      reference: 'odd',
      asOf: 1n,
      body: { url: 'odd', state: 3, amount: 100, payed_amount: 89, fee_amount: 10 },
    }),
  ]);
  if (appended === undefined) throw new Error('One record was appended.');
  const effectiveFrom = new Date(Date.now() + 50).toISOString();
  await new Promise((resolve) => setTimeout(resolve, 100));
  const rules: PostingRules = [
    ...POSTING_RULES,
    { ...POSTING_RULES[0], name: 'second', effectiveFrom, unexplainedCost: 'fees' },
  ];
  await ensureLiveGeneration(api.database, api.log, rules);
  folding = await api.log.subscribe('projector', new ProjectionHandler(api.database, QUIET, rules));
  await ask(api, `/v1/ledger/periods?minPosition=${positionAfter(api.log, appended)}`);
});

afterAll(async () => {
  await folding.stop();
  await api.stop();
});

describe('a correction', () => {
  it('is refused whole where anything of it cannot be used, and nothing is appended', async () => {
    const ends = await api.log.endPositions();
    const cases: readonly (readonly [body: unknown, pointer: string, code: string])[] = [
      [{ paymentIds: [], code: 'rule-change' }, '/body/paymentIds', 'not-payment-ids'],
      [{ paymentIds: 'x', code: 'rule-change' }, '/body/paymentIds', 'not-payment-ids'],
      [{ paymentIds: ['x'], code: 'rule-change' }, '/body/paymentIds', 'not-payment-ids'],
      [{ paymentIds: [PAYMENT, 7], code: 'rule-change' }, '/body/paymentIds', 'not-payment-ids'],
      [{ paymentIds: [PAYMENT], code: 'because' }, '/body/code', 'not-allowed'],
      [{ paymentIds: [PAYMENT] }, '/body/code', 'not-allowed'],
      [
        { paymentIds: [PAYMENT], code: 'rule-change', reference: 'Ana Gomez' },
        '/body/reference',
        'not-a-reference',
      ],
      [
        { paymentIds: [PAYMENT], code: 'rule-change', reference: '4242424242424242' },
        '/body/reference',
        'not-a-reference',
      ],
      [
        { paymentIds: [PAYMENT], code: 'rule-change', reference: 'sk_live_4eC39HqLyjWDarjt' },
        '/body/reference',
        'not-a-reference',
      ],
      [
        { paymentIds: [PAYMENT, observationId(7)], code: 'rule-change' },
        '/body/paymentIds',
        'unknown-payment',
      ],
      [
        { paymentIds: Array.from({ length: 501 }, () => PAYMENT), code: 'rule-change' },
        '/body/paymentIds',
        'not-payment-ids',
      ],
    ];
    for (const [body, pointer, code] of cases) {
      const answer = await correct(body);
      expectProblem(answer, 400, 'invalid-body');
      expect(answer.body['errors']).toMatchObject([{ pointer, code }]);
    }
    for (const body of ['text', 7, [PAYMENT], undefined]) {
      const answer = await correct(body);
      expect(answer.status).toBe(400);
    }
    for (const file of [
      ['"a long text"', 'application/json'],
      ['x'.repeat(900_000), 'text/csv'],
    ]) {
      const [body, type = ''] = file;
      const headers = { 'content-type': type };
      const startedMs = performance.now();
      const answer = await ask(api, PATH, { method: 'POST', token: TOKENS.operate, body, headers });
      expect(answer.status).toBe(400);
      // The members of a long text are not listed one by one.
      expect(performance.now() - startedMs).toBeLessThan(500);
    }
    expect(await api.log.endPositions()).toEqual(ends);
  });

  it('needs the scope `operate`, asked for before the body is looked at', async () => {
    expectProblem(await correct({}, null), 401, 'unauthenticated');
    expectProblem(await correct({}, TOKENS.read), 403, 'forbidden');
  });

  it('posts the difference, which leads back to it, and shows in the trail', async () => {
    const before = await entries();
    const ids = [PAYMENT, PAYMENT.toUpperCase()];
    const answer = await correct({ paymentIds: ids, code: 'rule-change', reference: 'CHG-7' });
    expect(answer.body).toMatchObject({ rulings: 1, position: expect.any(String) as unknown });
    await ask(api, `/v1/ledger/periods?minPosition=${String(answer.body['position'])}`);
    const after = await entries();
    const known = new Set(before.map(({ entryId }) => entryId));
    const posted = after.filter(({ entryId }) => !known.has(entryId));
    expect(posted.map(({ account }) => account).sort()).toEqual([
      'expenses:fees:cobru-test',
      'suspense:cobru-test',
    ]);

    const { body } = await ask(api, `/v1/ledger/entries/${String(posted[0]?.['entryId'])}`);
    expect(body['record']).toMatchObject({
      kind: 'ruling',
      trust: 'operator',
      eventType: 'correction.rule-change',
      providerReferences: ['CHG-7'],
      verification: { mode: 'api', keyId: expect.stringMatching(/^[0-9a-f]{12}$/) as unknown },
    });
    const trail = await ask(api, `/v1/payments/${PAYMENT}/trail`);
    const timeline = trail.body['timeline'] as readonly Row[];
    expect(timeline.filter(({ kind }) => kind === 'ruling')).toHaveLength(1);
  });
});

async function correct(body: unknown, token: string | null = TOKENS.operate): Promise<Answer> {
  return ask(api, PATH, { method: 'POST', token, body });
}

async function entries(): Promise<readonly Row[]> {
  const { body } = await ask(api, `/v1/ledger/entries?paymentId=${PAYMENT}`);
  return (body['items'] ?? []) as readonly Row[];
}
