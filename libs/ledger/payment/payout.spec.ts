import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openItemsOf } from '../posting/open-item.js';
import { postingsOf } from '../posting/postings-of.js';
import type { Money } from '../money.js';
import { noDetails, type PaymentFact } from './payment-fact.js';
import { emptyPayment, withFact, withReportLine, type PaymentState } from './payment-state.js';
import { viewPayment } from './payment-view.js';
import { REPORT_LINE_TYPES, REPORT_LINES_KEPT, type ReportLine } from './report-line.js';

const AT = '2026-06-01T00:00:00.000Z';
const OWNER = { account: 'acme', isRefundedApart: false };

describe('a payment in settlement reports', () => {
  it('is paid out once its lines cover the net, and never less', () => {
    const paid = withFact(emptyPayment, fact({ amount: usd(100n), fee: usd(3n) }));
    expect(viewPayment(paid).settlementStatus).toBe('unsettled');
    expect(viewPayment(told(paid, line('1', 96n)))).toMatchObject({
      settlementStatus: 'reported',
      settlementBatch: 'R',
      payoutDifferenceMinor: -1n,
    });
    const whole = told(paid, line('1', 96n), line('2', 1n));
    expect(viewPayment(whole)).toMatchObject({
      settlementStatus: 'paid_out',
      payoutDifferenceMinor: 0n,
    });
    expect(openItemsOf(postingsOf(whole, OWNER))).toEqual([]);
    expect(viewPayment(told(paid, line('1', 98n))).payoutDifferenceMinor).toBe(1n);
  });

  it('stays paid out when a refund is taken back later', () => {
    const paid = withFact(emptyPayment, fact({ amount: usd(100n) }));
    const lines = [line('1', 100n), line('2', -40n, 'refund')];
    expect(viewPayment(told(paid, ...lines)).settlementStatus).toBe('paid_out');
  });

  it('is reported where nothing else is known, or a line is of another currency', () => {
    const unknown = told(emptyPayment, line('1', 100n));
    expect(viewPayment(unknown)).toMatchObject({ status: null, settlementStatus: 'reported' });
    const paid = withFact(emptyPayment, fact({ amount: usd(100n) }));
    const foreign = { ...line('1', 100n), amount: { ...usd(100n), currency: 'MXN' } };
    expect(viewPayment(told(paid, foreign))).toMatchObject({
      settlementStatus: 'reported',
      payoutDifferenceMinor: null,
    });
  });

  it.each([
    ['refund', -100n],
    ['withdrawal', -103n],
  ] as const)('of a %s is what is taken back', (kind, minor) => {
    const state = withFact(emptyPayment, fact({ kind, amount: usd(100n), fee: usd(3n) }));
    expect(viewPayment(told(state, line('1', minor, kind)))).toMatchObject({
      settlementStatus: 'paid_out',
      payoutDifferenceMinor: 0n,
    });
    expect(viewPayment(told(state, line('1', minor + 1n))).settlementStatus).toBe('reported');
  });

  it('ends in one state and one set of postings, in any order and however often', () => {
    const lines = fc.array(
      fc
        .tuple(
          fc.integer({ min: 1, max: 4 }),
          fc.bigInt({ min: -5n, max: 5n }),
          fc.constantFrom(...REPORT_LINE_TYPES),
        )
        .map(([n, minor, type]) => line(String(n), minor, type)),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(lines, fc.infiniteStream(fc.nat()), (told_, random) => {
        const shuffled = told_
          .map((one) => ({ one, order: Number(random.next().value) }))
          .sort((a, b) => a.order - b.order)
          .map(({ one }) => one);
        const [one, other] = [
          told(emptyPayment, ...told_),
          told(emptyPayment, ...shuffled, ...told_),
        ];
        expect(other).toEqual(one);
        expect(postingsOf(other, OWNER)).toEqual(postingsOf(one, OWNER));
      }),
    );
  });
});

describe('more report lines of one payment than are kept', () => {
  it('end in one state in any order, flagged as a conflict', () => {
    const lines = Array.from({ length: REPORT_LINES_KEPT + 20 }, (_, n) => line(String(n), 1n));
    const one = told(emptyPayment, ...lines);
    expect(one.reportLines).toHaveLength(REPORT_LINES_KEPT);
    expect(viewPayment(one).flags).toContain('conflict');
    expect(told(emptyPayment, ...lines.toReversed())).toEqual(one);
    expect(told(one, ...lines)).toBe(one);
  });

  it('are no conflict while all of them are kept', () => {
    const lines = Array.from({ length: REPORT_LINES_KEPT }, (_, n) => line(String(n), 1n));
    const whole = told(emptyPayment, ...lines);
    expect(told(whole, ...lines)).toBe(whole);
    expect(viewPayment(whole).flags).toEqual([]);
  });
});

function told(state: PaymentState, ...lines: readonly ReportLine[]): PaymentState {
  return lines.reduce((before, one) => withReportLine(before, one, AT), state);
}

function line(name: string, minor: bigint, type: ReportLine['type'] = 'payment'): ReportLine {
  return { report: 'R', line: name, type, amount: usd(minor), paidAt: AT };
}

function fact(details: Partial<PaymentFact>): PaymentFact {
  return {
    ...noDetails,
    factId: '1',
    trust: 'signed',
    status: 'succeeded',
    rank: 50,
    occurredAt: AT,
    ...details,
  };
}

function usd(minor: bigint): Money {
  return { minor, currency: 'USD', exponent: 2 };
}
