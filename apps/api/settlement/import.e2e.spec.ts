import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Subscription } from '#event-log/event-log.js';
import { decodeObservation } from '#events/envelope.js';
import { settlementIdOf, subjectIdOf } from '#events/ids.js';
import { uuidV7 } from '#events/uuid.js';
import { ProjectionHandler } from '#projection/projection-handler.js';
import { startApi, TOKENS, type ApiUnderTest } from '../../../test/harness/api.js';
import { ask, expectProblem, type Answer } from '../../../test/harness/http-answer.js';
import { mintcashWebhook } from '../../../test/harness/observe.js';
import { REPORT_HEADER } from './report-file.js';

type Values = Readonly<Record<string, unknown>>;

const ACCOUNT = 'mintcash-test';
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

describe('the import of a settlement report', () => {
  it('moves what it pays out from the provider to the bank, and closes the payment', async () => {
    await pay('pay_1');
    await pay('pay_2', { day: '02' });
    await expect.poll(() => openReferences(), FOLDED).toEqual(['pay_1', 'pay_2']);
    const sent = await importFile('R-1', ['1,payment,payment/pay_1,25.00,USD,2026-07-03']);

    expect(sent.status).toBe(201);
    expect(sent.body).toMatchObject({
      settlementId: settlementIdOf(ACCOUNT, 'R-1'),
      lineCount: 1,
      alreadyKnown: 0,
      conflicting: 0,
      isDryRun: false,
    });
    const at = String(sent.body['position']);
    expect(await balance(`assets:bank:${ACCOUNT}`, at)).toBe('2500');
    expect(await balance(`assets:provider:${ACCOUNT}`, at)).toBe('2500');
    expect(await openReferences()).toEqual(['pay_2']);
    const { body } = await get(`/v1/payments/${paymentId('pay_1')}`);
    expect(body['settlement']).toEqual({
      status: 'paid_out',
      settlementId: settlementIdOf(ACCOUNT, 'R-1'),
      batch: 'R-1',
    });
    const { body: entries } = await get(`/v1/ledger/entries?account=assets:bank:${ACCOUNT}`);
    expect(entries['items']).toMatchObject([
      { line: 'report:R-1/1', effectiveAt: '2026-07-03T00:00:00.000Z' },
    ]);
  });

  it('counts once, however often it is sent, and says what was known', async () => {
    const again = await importFile('R-1', ['1,payment,payment/pay_1,25.00,USD,2026-07-03']);
    expect(again.body).toMatchObject({ lineCount: 1, alreadyKnown: 1, conflicting: 0 });
    expect(await balance(`assets:bank:${ACCOUNT}`, String(again.body['position']))).toBe('2500');
  });

  it('records another amount under a known line as a conflict, and books it nowhere', async () => {
    const other = await importFile('R-1', ['1,payment,payment/pay_1,24.00,USD,2026-07-03']);
    expect(other.body).toMatchObject({ alreadyKnown: 0, conflicting: 1 });
    expect(await balance(`assets:bank:${ACCOUNT}`, String(other.body['position']))).toBe('2500');
    const { body } = await get(`/v1/payments/${paymentId('pay_1')}`);
    expect(body).toMatchObject({ flags: ['conflict'], settlement: { status: 'paid_out' } });
  });

  it('refuses a line that was told of another movement', async () => {
    const ends = await api.log.endPositions();
    const other = await importFile('R-1', ['1,payment,payment/pay_2,25.00,USD,2026-07-03']);
    expectProblem(other, 400, 'invalid-body');
    expect(other.body['errors']).toMatchObject([{ code: 'told-otherwise' }]);
    expect(await api.log.endPositions()).toEqual(ends);
  });

  it('shows how each line fits, and books what names no movement beside', async () => {
    const sent = await importJson({
      account: ACCOUNT,
      report: 'R-2',
      lines: [
        line('1', { reference: 'payment/pay_2', amount: '24.00' }),
        line('2', { reference: 'payment/nobody', amount: '5.00' }),
        line('3', { type: 'payout', amount: '7.00' }),
        line('4', { type: 'fee', amount: '-1.50' }),
        line('5', { type: 'adjustment', amount: '0.25' }),
      ],
    });
    expect(sent.status).toBe(201);
    const at = String(sent.body['position']);
    const id = settlementIdOf(ACCOUNT, 'R-2');
    const { body } = await get(`/v1/settlements/${id}?minPosition=${at}`);
    expect(body).toMatchObject({
      batch: 'R-2',
      status: 'reported',
      lineCount: 5,
      lineTotals: [{ amount: '34.75', currency: 'USD' }],
      matches: [
        { match: 'amount_differs', count: 1 },
        { match: 'unknown_movement', count: 1 },
        { match: 'no_movement', count: 3 },
      ],
    });
    expect((body['lines'] as readonly Values[]).map(({ match }) => match)).toEqual([
      'amount_differs',
      'unknown_movement',
      'no_movement',
      'no_movement',
      'no_movement',
    ]);
    expect(body['lines']).toMatchObject([
      { line: '1', orderId: 'ORD-pay_2', due: { amount: '25.00' }, rest: { amount: '1.00' } },
      { line: '2', orderId: null, due: null, rest: null },
      {},
      {},
      {},
    ]);
    expect(await balance(`assets:bank:${ACCOUNT}`, at)).toBe('5975');
    expect(await balance(`expenses:fees:${ACCOUNT}`, at)).toBe('150');
    expect(await balance(`suspense:${ACCOUNT}`, at)).toBe('-25');
    const { body: waiting } = await get('/v1/ledger/suspense');
    expect(waiting['items']).toMatchObject([{ reason: 'adjustment', reference: 'R-2/5' }]);
    const { body: list } = await get('/v1/settlements');
    const batches = (list['items'] as readonly Values[]).map(({ batch }) => batch);
    expect(batches.sort()).toEqual(['R-1', 'R-2']);
    const { body: trial } = await get('/v1/ledger/trial-balance');
    expect(trial).toMatchObject({ isBalanced: true });
    const { body: payments } = await get('/v1/payments');
    const shown = (payments['items'] as readonly Values[]).map(({ reference }) => reference);
    expect(shown.sort()).toEqual(['nobody', 'pay_1', 'pay_2']);
  });

  it('takes a refund that the payment tells of off the bank again', async () => {
    await pay('pay_3', { refund: '4.00' });
    const sent = await importFile('R-3', [
      '1,payment,payment/pay_3,25.00,USD,2026-07-03',
      '2,refund,payment/pay_3,-4.00,USD,2026-07-04T10:00:00-05:00',
    ]);
    const id = settlementIdOf(ACCOUNT, 'R-3');
    const { body } = await get(
      `/v1/settlements/${id}?minPosition=${String(sent.body['position'])}`,
    );
    await expect
      .poll(async () => (await get(`/v1/settlements/${id}`)).body['matches'], FOLDED)
      .toEqual([{ match: 'matched', count: 2 }]);
    expect(body['lines']).toMatchObject([
      { line: '1', amount: { amount: '25.00' } },
      { line: '2', amount: { amount: '-4.00' }, paidAt: '2026-07-04T15:00:00.000Z' },
    ]);
    expect(await openReferences()).not.toContain('pay_3');
  });

  it('names every bad line, and appends nothing at all', async () => {
    const ends = await api.log.endPositions();
    const answer = await importFile('R-4', [
      '1,payment,payment/pay_2,25.00,USD,2026-07-03',
      '2,gift,payment/pay_2,25.00,USD,2026-07-03',
      '3,payment,transaction/pay_2,1e3,XXX,July',
      '1,refund,payment/pay_2,4.00,USD,2026-07-03',
      '5,fee,,1.001,USD,2026-07-03',
      '6,payment,payment/4111111111111111,1,USD,2026-07-03',
      '7,payment,payment/pay_2,1,000.00,USD,2026-07-03',
      '8,payment,payment/pay_2,25.00,USD,1783036800000',
      '9,payment,payment/pay_2,25.00,USD,1999-12-31',
      '10,payment,payment/pay_2,25.00,USD,2999-01-01',
      '11,payment,payment/pay_2,1234567890123.00,USD,2026-07-03',
    ]);
    expectProblem(answer, 400, 'invalid-body');
    const errors = answer.body['errors'] as readonly { detail: string; code: string }[];
    expect(errors.map(({ code, detail }) => `${detail.split(':', 1)[0]} ${code}`)).toEqual([
      'Line 3 not-allowed',
      'Line 4 unknown-currency',
      'Line 4 not-an-amount',
      'Line 4 not-an-instant',
      'Line 4 unknown-kind',
      'Line 5 wrong-sign',
      'Line 5 told-twice',
      'Line 6 too-many-decimals',
      'Line 7 invalid-text',
      'Line 8 not-a-row',
      'Line 9 not-an-instant',
      'Line 10 too-early',
      'Line 11 in-the-future',
      'Line 12 invalid-text',
    ]);
    expect(errors.map(({ detail }) => detail)).toContain(
      'Line 8: must have 6 fields, and has 7; a field with a comma in it stands in quotes.',
    );
    for (const bad of ['', 'a,b\n', `${REPORT_HEADER}\n`, `${REPORT_HEADER}\n1,"x,payment,,1\n`]) {
      expectProblem(await importText('R-4', bad), 400, 'invalid-body');
    }
    const unknown = { account: 'nobody', report: 'R-4', lines: [line('1', { amount: '1' })] };
    for (const body of [
      unknown,
      { ...unknown, account: ACCOUNT, lines: [] },
      { ...unknown, account: ACCOUNT, lines: [{ ...line('1', { amount: '1' }), amount: 1 }] },
      { ...unknown, account: ACCOUNT, extra: true },
    ]) {
      expectProblem(await importJson(body), 400, 'invalid-body');
    }
    expect(await api.log.endPositions()).toEqual(ends);
  });

  it('tells one line of one movement alone, when two imports come at once and nothing is folded', async () => {
    const ends = sumOf(await api.log.endPositions());
    await folding.stop();
    const rows = ['pay_2', 'pay_3'].map((id) => [`1,payment,payment/${id},1.00,USD,2026-07-03`]);
    const answers = await Promise.all(rows.map((row) => importFile('R-6', row)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 400]);
    const loser = answers.findIndex(({ status }) => status === 400);
    expect(answers[loser]?.body['errors']).toMatchObject([{ code: 'told-otherwise' }]);
    expect(sumOf(await api.log.endPositions())).toBe(ends + 1n);
    expectProblem(await importFile('R-6', rows[loser] ?? []), 400, 'invalid-body');
    expectProblem(await importFile('R-6', rows[loser] ?? [], '&dryRun=true'), 400, 'invalid-body');
    expect((await importFile('R-6', rows[1 - loser] ?? [])).status).toBe(201);
    const handler = new ProjectionHandler(api.database, { folded: () => {}, fenced: () => {} });
    folding = await api.log.subscribe('projector', handler);
  });

  it('lets in 100 lines of one movement at most, with those that are known', async () => {
    const rows = Array.from(
      { length: 100 },
      (_, n) => `${n},payment,payment/many,1,USD,2026-07-03`,
    );
    expect((await importFile('R-7', rows.slice(0, 60))).status).toBe(201);
    const more = await importFile(
      'R-8',
      rows.slice(60).concat('x,payment,payment/many,1,USD,2026-07-03'),
    );
    expect(more.body['errors']).toMatchObject([{ code: 'too-many-lines' }]);
    expect((await importFile('R-8', rows.slice(60))).status).toBe(201);
    expect((await importFile('R-7', rows.slice(0, 60))).status).toBe(201);
  });

  it('is told in the log with the token that did it', async () => {
    const stored = (await api.log.endPositions()).map((_, partition) => partition);
    const records = (
      await Promise.all(
        stored.map(async (partition) => {
          const found = [];
          for await (const batch of api.log.read(partition, 0n, 1_000_000n)) found.push(...batch);
          return found;
        }),
      )
    ).flat();
    const lines = records
      .map((record) => decodeObservation(record))
      .filter(({ kind }) => kind === 'report-line');
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.every(({ verification }) => verification.keyId !== null)).toBe(true);
  });

  it('previews how the lines would fit, which conflict and which are of another currency', async () => {
    await pay('pay_4');
    const id = paymentId('pay_4');
    await expect.poll(async () => (await get(`/v1/payments/${id}`)).status, FOLDED).toBe(200);
    const { body } = await importFile(
      'R-1',
      [
        '1,payment,payment/pay_1,24.00,USD,2026-07-03',
        '2,payment,payment/pay_4,25.00,USD,2026-07-03',
        '3,payment,payment/nowhere,25.00,USD,2026-07-03',
        '4,adjustment,,0.25,USD,2026-07-03',
        '5,adjustment,payment/pay_3,1.00,MXN,2026-07-03',
      ],
      '&dryRun=true',
    );
    expect(body).toMatchObject({
      conflicting: 1,
      conflictingLines: ['1'],
      otherCurrencyLines: ['5'],
      matches: [
        { match: 'matched', count: 2 },
        { match: 'amount_differs', count: 1 },
        { match: 'unknown_movement', count: 1 },
        { match: 'no_movement', count: 1 },
      ],
    });
  });

  it('is only checked in a dry run', async () => {
    const ends = await api.log.endPositions();
    const rows = ['1,payment,payment/pay_2,1.00,USD,2026-07-03'];
    const checked = await importFile('R-5', rows, '&dryRun=true');
    expect(checked.body).toMatchObject({ lineCount: 1, isDryRun: true, position: null });
    expect(await api.log.endPositions()).toEqual(ends);
  });

  it('needs the scope `operate`', async () => {
    const path = '/v1/settlements/imports';
    expectProblem(await ask(api, path, { method: 'POST', token: null }), 401, 'unauthenticated');
    expectProblem(await ask(api, path, { method: 'POST' }), 403, 'forbidden');
  });
});

function line(name: string, rest: { type?: string; reference?: string; amount: string }): Values {
  return { line: name, type: 'payment', currency: 'USD', paidAt: '2026-07-05', ...rest };
}

function sumOf(positions: readonly bigint[]): bigint {
  return positions.reduce((sum, position) => sum + position, 0n);
}

function paymentId(reference: string): string {
  return subjectIdOf(`${ACCOUNT}/payment/${reference}`);
}

/** A payment of 25 USD; with a refund its last event tells of that. */
async function pay(
  id: string,
  { refund, day = '01' }: { readonly refund?: string; readonly day?: string } = {},
): Promise<void> {
  const event = (name: string, data: object) =>
    mintcashWebhook(uuidV7(), {
      eventId: `${id}-${name}`,
      event: name,
      type: 'payment',
      environment: 'test',
      createdAt: `2026-07-${day}T10:00:00.000Z`,
      data: {
        id,
        externalId: `ORD-${id}`,
        status: 'succeeded',
        amount: 25,
        currency: 'USD',
        ...data,
      },
    });
  const refunded = { id: `${id}-r`, amount: Number(refund), currency: 'USD', status: 'succeeded' };
  await api.log.append([
    event('payment.succeeded', {}),
    ...(refund === undefined ? [] : [event('refund.succeeded', { refund: refunded })]),
  ]);
}

async function balance(account: string, minPosition: string): Promise<string> {
  const { body } = await get(`/v1/ledger/balances?account=${account}&minPosition=${minPosition}`);
  const [found] = body['items'] as readonly { debits: Money; credits: Money }[];
  return String(BigInt(found?.debits.minorUnits ?? 0) - BigInt(found?.credits.minorUnits ?? 0));
}

type Money = { readonly minorUnits: string };

async function openReferences(): Promise<readonly unknown[]> {
  const { body } = await get(`/v1/ledger/clearing/${ACCOUNT}/payments`);
  return (body['items'] as readonly Values[]).map(({ reference }) => reference);
}

async function importFile(report: string, rows: readonly string[], more = ''): Promise<Answer> {
  return importText(report, [REPORT_HEADER, ...rows, ''].join('\n'), more);
}

async function importText(report: string, body: string, more = ''): Promise<Answer> {
  return ask(api, `/v1/settlements/imports?account=${ACCOUNT}&report=${report}${more}`, {
    method: 'POST',
    token: TOKENS.operate,
    headers: { 'content-type': 'text/csv' },
    body,
  });
}

async function importJson(body: object): Promise<Answer> {
  return ask(api, '/v1/settlements/imports', {
    method: 'POST',
    token: TOKENS.operate,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

async function get(path: string): Promise<Answer> {
  return ask(api, path);
}
