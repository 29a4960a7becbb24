import fc from 'fast-check';
import { encodeObservation } from '#events/envelope.js';
import type { LogRecord } from '#events/record.js';
import { uuidV5 } from '#events/uuid.js';
import { mintcashWebhook } from './observe.js';
import { BLANK_CONOMY } from './conomy-observations.js';
import { paymentStream } from './payment-streams.js';
import { observeTonder, observeTonderAnswer } from './tonder-observations.js';
import { subjectKey } from '#events/subject.js';
import { REPORT_LINE_TYPES } from '#ledger/payment/report-line.js';
import {
  REPORT_LINE_SCHEMA,
  reportLineSubject,
  type ReportLineText,
} from '#providers/settlement-report.js';

/**
 * Records of all four providers about money: what `paymentStream` has, and beside it fees with taxes,
 * refunds inside a payment, back-dated tellings, withdrawals with their stages, corrections, and closed
 * periods.
 */
export function booksStream(partitions: number): fc.Arbitrary<readonly LogRecord[]> {
  const movements = fc.array(
    fc.oneof(
      tonderMovement(),
      tonderMovement(),
      tonderWithdrawal(),
      mintcashRefund(),
      cobruAnswer(),
      cobruWithdrawal(),
      reportLine(),
      reportLine(),
    ),
    { minLength: 1, maxLength: 40, size: 'max' },
  );
  return fc
    .tuple(
      paymentStream(),
      movements,
      fc.array(ruling(), { maxLength: 4 }),
      fc.array(periodClose(partitions), { maxLength: 2 }).map((closes) => closes.flat()),
    )
    .map((parts) => parts.flat())
    .chain((records) => fc.shuffledSubarray(records, { minLength: records.length }));
}

/** A day of June 2026: some lie in a period that a stream closes. */
const DAYS = fc.integer({ min: 1, max: 28 }).map((day) => String(day).padStart(2, '0'));

function tonderMovement(): fc.Arbitrary<LogRecord> {
  return fc
    .record({
      id: fc.constantFrom('x1', 'x2', 'x3'),
      word: fc.constantFrom('Pending', 'Authorized', 'Success', 'Declined', 'Expired', 'Refunded'),
      day: DAYS,
      refund: fc.option(fc.constantFrom('y1', 'y2')),
      copy: fc.integer({ min: 0, max: 2 }),
    })
    .map(({ id, word, day, refund, copy }) => {
      const operation = refund === null ? 'payment' : 'refund';
      const amount = refund === null ? '500.00' : refund === 'y1' ? '120.00' : '35.50';
      // `y2` is told of its payment; `y1` is a transaction of its own.
      const own = refund === 'y1' ? `${id}-y1` : id;
      const name = `${own}/${operation}/${word}/${day}`;
      return encodeObservation({
        ...observeTonder({
          id: own,
          operation_type: operation,
          amount,
          currency: 'MXN',
          status: word,
          event_type: `${operation}_${word}`,
          created: `2026-06-${day}T08:00:00Z`,
          updated_at: `2026-06-${day}T09:30:00Z`,
          ...(refund !== null && { original_transaction_id: id, refund_id: refund }),
        }),
        id: uuidV5(`${name}/${copy}`),
      });
    });
}

function tonderWithdrawal(): fc.Arbitrary<LogRecord> {
  return fc
    .record({
      status: fc.constantFrom('PENDING', 'PROCESSING', 'PAID_FULL', 'REJECTED', 'REFUNDED'),
      asOf: fc.bigInt({ min: 0n, max: 20n }),
      day: DAYS,
    })
    .map(({ status, asOf, day }) =>
      encodeObservation({
        ...observeTonderAnswer(
          {
            id: 'w1',
            withdrawal_id: 'w1',
            status,
            amount: '900.00',
            currency: 'MXN',
            fee_amount: '8.70',
            fixed_fee: '7.50',
            tax: '1.20',
            created_at: '2026-06-01T08:00:00Z',
            updated_at: `2026-06-${day}T10:00:00Z`,
          },
          { kind: 'withdrawal', reference: 'w1' },
          { asOf, askedAtMs: 1_770_000_000_000 },
        ),
        id: uuidV5(`tonder-withdrawal/${status}/${asOf}/${day}`),
      }),
    );
}

function mintcashRefund(): fc.Arbitrary<LogRecord> {
  return fc
    .record({
      payment: fc.constantFrom('p1', 'p2'),
      refund: fc.constantFrom('r1', 'r2', 'r3'),
      event: fc.constantFrom('refund.succeeded', 'refund.failed', 'payment.partially_refunded'),
      day: DAYS,
      copy: fc.integer({ min: 0, max: 1 }),
    })
    .map(({ payment, refund, event, day, copy }) => {
      const name = `${payment}/${refund}/${event}/${day}`;
      return mintcashWebhook(uuidV5(`${name}/${copy}`), {
        eventId: uuidV5(name),
        event,
        type: 'payment',
        environment: 'test',
        createdAt: `2026-06-${day}T15:41:00.000Z`,
        data: {
          id: payment,
          externalId: `ORD-${payment}`,
          status: 'succeeded',
          amount: 25,
          currency: 'USD',
          refund: {
            id: `${payment}-${refund}`,
            amount: refund === 'r1' ? 4 : 2.5,
            currency: 'USD',
            status: event === 'refund.failed' ? 'failed' : 'succeeded',
          },
        },
      });
    });
}

/** With fee and tax, stated inside the cost, on top of it, or not adding up to it. */
function cobruAnswer(): fc.Arbitrary<LogRecord> {
  return fc
    .record({
      state: fc.integer({ min: 0, max: 5 }),
      asOf: fc.bigInt({ min: 0n, max: 20n }),
      day: DAYS,
      costs: fc.constantFrom(
        { payed_amount: 44_050, fee_amount: 5_000, iva_amount: 950 },
        { payed_amount: 47_605, fee_amount: 2_395, iva_amount: 380 },
        { payed_amount: 40_000, fee_amount: 5_000 },
        { fee_amount: 5_000, iva_amount: 950 },
        {},
      ),
    })
    .map(({ state, asOf, day, costs }) =>
      cobruLookupOf('payment', 'slug0009', {
        asOf,
        body: {
          url: 'slug0009',
          state,
          amount: 50_000,
          date_created: '2026-06-01T08:00:00-05:00',
          date_payed: `2026-06-${day}T08:00:00-05:00`,
          ...costs,
        },
      }),
    );
}

function cobruWithdrawal(): fc.Arbitrary<LogRecord> {
  return fc
    .record({
      state: fc.integer({ min: 0, max: 5 }),
      asOf: fc.bigInt({ min: 0n, max: 20n }),
      day: DAYS,
      received: fc.constantFrom(10_000, 9_000),
    })
    .map(({ state, asOf, day, received }) =>
      cobruLookupOf('bank-withdrawal', '112941', {
        asOf,
        body: {
          pk: 112_941,
          state,
          amount: 19_370,
          payed_amount: received,
          fee: 7_500,
          fee_iva: 1_425,
          gmf: 445,
          date_created: '2026-06-01T08:00:00-05:00',
          date_consigned: `2026-06-${day}T08:00:00-05:00`,
        },
      }),
    );
}

function cobruLookupOf(
  kind: 'payment' | 'bank-withdrawal',
  reference: string,
  { asOf, body }: { readonly asOf: bigint; readonly body: object },
): LogRecord {
  return encodeObservation({
    ...BLANK_CONOMY,
    id: uuidV5(`${reference}/${asOf}/${JSON.stringify(body)}`),
    kind: 'lookup',
    account: 'cobru-test',
    route: 'lookup',
    subject: subjectKey({ account: 'cobru-test', kind, reference }) ?? '',
    schema: { provider: 'cobru', shape: 'lookup', version: 1 },
    verification: { mode: 'api', keyId: null, verdict: 'verified' },
    lookup: { asOf, askedAtMs: 1_770_000_000_000 },
    value: Buffer.from(JSON.stringify({ body, query: { status: 200 } })),
  });
}

/** A line of a report, of a movement or of none; some tell one line again, and some with another amount. */
function reportLine(): fc.Arbitrary<LogRecord> {
  const of = fc.constantFrom(
    ['mx', 'transaction', 'x1'],
    ['mx', 'transaction', 'x1-y1'],
    ['mx', 'withdrawal', 'w1'],
    ['cobru-test', 'payment', 'slug0009'],
    ['mintcash-test', 'payment', 'p1'],
    ['mintcash-test', 'payment', 'nobody-told'],
    ['mintcash-test', null, null],
  );
  return fc
    .record({
      of,
      line: fc.integer({ min: 1, max: 3 }),
      type: fc.constantFrom(...REPORT_LINE_TYPES),
      amount: fc.constantFrom('24.00', '464.50', '-9.25', '500', '0'),
      currency: fc.constantFrom('MXN', 'USD', 'COP'),
      day: DAYS,
      copy: fc.integer({ min: 0, max: 1 }),
    })
    .map(({ of: [account, kind, reference], line, day, copy, ...money }) =>
      reportLineRecord(account ?? '', {
        report: 'R-1',
        line: String(line),
        kind: kind ?? null,
        reference: reference ?? null,
        paidAt: `2026-06-${day}`,
        ...money,
        copy,
      }),
    );
}

/** As the import of a report appends it. */
export function reportLineRecord(
  account: string,
  { copy, ...text }: ReportLineText & { readonly copy?: number },
): LogRecord {
  return encodeObservation({
    ...BLANK_CONOMY,
    id: uuidV5(`${account}/${JSON.stringify(text)}/${copy ?? 0}`),
    kind: 'report-line',
    account,
    route: 'report-line',
    subject: reportLineSubject(account, text) ?? '',
    schema: {
      provider: account === 'mx' ? 'tonder' : account.replace('-test', ''),
      ...REPORT_LINE_SCHEMA,
    },
    verification: { mode: 'api', keyId: null, verdict: 'verified' },
    value: Buffer.from(JSON.stringify({ body: text, query: {} })),
  });
}

/** On subjects that a stream has, by the provider that they are at. */
const RULED = [
  ['mintcash', 'mintcash-test/payment/p1'],
  ['cobru', 'cobru-test/payment/slug0001'],
  ['conomy', 'conomy-test/transaction/t1'],
  ['tonder', 'mx/transaction/x1'],
] as const;

function ruling(): fc.Arbitrary<LogRecord> {
  return fc
    .tuple(fc.constantFrom(...RULED), fc.integer({ min: 0, max: 2 }))
    .map(([[provider, subject], n]) => rulingOn(subject, { provider, n }));
}

/** Has a subject booked anew, as an operator's correction does. */
export function rulingOn(
  subject: string,
  {
    provider,
    n,
    code = 'rule-change',
  }: { readonly provider: string; readonly n: number; readonly code?: string },
): LogRecord {
  const facts = { ruling: 'rebook', code, reference: `CHG-${n}` };
  return encodeObservation({
    ...BLANK_CONOMY,
    id: uuidV5(`ruling/${subject}/${n}`),
    kind: 'ruling',
    account: subject.split('/')[0] ?? '',
    route: 'ruling',
    subject,
    schema: { provider, shape: 'ruling', version: 1 },
    verification: { mode: 'api', keyId: null, verdict: 'verified' },
    value: Buffer.from(JSON.stringify({ body: facts, query: {} })),
  });
}

/** One record for each partition, as the close of a period appends them. */
function periodClose(partitions: number): fc.Arbitrary<readonly LogRecord[]> {
  return DAYS.map((day) => closePeriod(`2026-06-${day}`, partitions));
}

/** @param period also the first day that stays open */
export function closePeriod(period: string, partitions: number): readonly LogRecord[] {
  const until = `${period}T00:00:00.000Z`;
  return Array.from({ length: partitions }, (_, partition) => ({
    ...encodeObservation({
      ...BLANK_CONOMY,
      id: uuidV5(`period/${period}/${partition}`),
      kind: 'period-close',
      account: 'cuadre',
      route: 'api',
      subject: `cuadre/period/${period}/${partition}`,
      schema: { provider: 'cuadre', shape: 'period-close', version: 1 },
      verification: { mode: 'api', keyId: null, verdict: 'verified' },
      value: Buffer.from(JSON.stringify({ body: { period, until }, query: {} })),
    }),
    partition,
  }));
}
