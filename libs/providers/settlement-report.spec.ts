import { describe, expect, it } from 'vitest';
import { decodeObservation, encodeObservation } from '#events/envelope.js';
import { BLANK_CONOMY } from '../../test/harness/conomy-observations.js';
import { EXPONENTS } from './amount.js';
import {
  interpretReportLine,
  readReportLine,
  REPORT_LINE_SCHEMA,
  reportLineSubject,
  sentLineFaults,
  type ReportLineText,
} from './settlement-report.js';

const AMOUNTS = { unit: 'major', exponents: EXPONENTS } as const;

describe('a line of a settlement report', () => {
  it('means the same when the log has it as when it was read', () => {
    const text = lineText({ amount: '-0.10', paidAt: '2026-07-01T22:00:00-05:00' });
    const read = readReportLine(text, AMOUNTS);
    const expected = {
      report: 'R-1',
      line: '7',
      type: 'payment',
      amount: { minor: -10n, currency: 'USD', exponent: 2 },
      paidAt: '2026-07-02T03:00:00.000Z',
    };
    expect(read).toEqual({ line: expected });
    const { event } = interpretOf(text) as { readonly event: object };
    expect(event).toMatchObject({
      eventType: 'report-line',
      dedupeId: 'R-1/7',
      occurredAt: '2026-07-02T03:00:00.000Z',
      tells: { about: 'report-line', fact: expected },
    });
  });

  it('goes to the movement that it names, else to itself', () => {
    expect(reportLineSubject('acme', lineText({}))).toBe('acme/payment/AbC');
    const lone = lineText({ kind: null, reference: null });
    expect(reportLineSubject('acme', lone)).toBe('acme/report-line/R-1%2F7');
    expect(reportLineSubject('acme', { ...lone, line: 'x'.repeat(201) })).toBeNull();
  });

  it.each([
    [{ amount: '1e3' }, 'amount not-an-amount'],
    [{ amount: '0.001' }, 'amount too-many-decimals'],
    [{ amount: '1.5', currency: 'CLP' }, 'amount too-many-decimals'],
    [{ currency: 'toString' }, 'currency unknown-currency'],
    [{ type: 'gift' }, 'type not-allowed'],
    [{ paidAt: '2026-02-30' }, 'paidAt not-an-instant'],
    [{ paidAt: '2026-07-01T10:00:00' }, 'paidAt not-an-instant'],
    [{ line: '' }, 'line invalid-text'],
    [{ report: 'a/b' }, 'report invalid-text'],
    [{ reference: '4111111111111111' }, 'reference invalid-text'],
    [{ reference: 'jane@example.com' }, 'reference invalid-text'],
    [{ kind: null }, 'reference not-a-reference'],
  ])('with %j is refused, and has no effect where the log has it', (bad, fault) => {
    const read = readReportLine(lineText(bad), AMOUNTS);
    const faults = 'faults' in read ? read.faults : [];
    expect(faults.map(({ member, code }) => `${member} ${code}`)).toEqual([fault]);
    expect(interpretOf(lineText(bad))).toEqual({ ignored: 'unreadable-report-line' });
  });
});

describe('a line that is told now', () => {
  const nowMs = Date.parse('2026-07-01T12:00:00Z');

  it.each([
    [{ paidAt: '1782864000000' }, 'paidAt not-an-instant'],
    [{ paidAt: '2026-07-01 10:00Z' }, 'paidAt not-an-instant'],
    [{ paidAt: '1999-12-31' }, 'paidAt too-early'],
    [{ paidAt: '2000-01-01T00:00:00+01:00' }, 'paidAt too-early'],
    [{ paidAt: '2026-07-03' }, 'paidAt in-the-future'],
    [{ amount: '1234567890123.00' }, 'amount invalid-text'],
    [{ kind: 'a b' }, 'reference invalid-text'],
  ])('with %j is refused', (bad, fault) => {
    const faults = sentLineFaults(lineText(bad), nowMs);
    expect(faults.map(({ member, code }) => `${member} ${code}`)).toEqual([fault]);
  });

  it.each(['2000-01-01', '2026-07-02', '2026-07-02T12:00:00Z', '2026-07-01T10:00-05:00'])(
    'may have been paid at %s',
    (paidAt) => {
      expect(sentLineFaults(lineText({ paidAt }), nowMs)).toEqual([]);
    },
  );

  it('is taken from the log whatever the clock says', () => {
    const text = lineText({ paidAt: '2999-01-01' });
    expect(interpretOf(text)).toMatchObject({ event: { dedupeId: 'R-1/7' } });
  });
});

function lineText(rest: Partial<ReportLineText>): ReportLineText {
  return {
    report: 'R-1',
    line: '7',
    type: 'payment',
    kind: 'payment',
    reference: 'AbC',
    amount: '25.00',
    currency: 'USD',
    paidAt: '2026-07-01',
    ...rest,
  };
}

function interpretOf(text: ReportLineText): unknown {
  const observation = decodeObservation(
    encodeObservation({
      ...BLANK_CONOMY,
      id: '00000000-0000-7000-8000-000000000001',
      kind: 'report-line',
      subject: 'conomy-test/transaction/AbC',
      schema: { provider: 'conomy', ...REPORT_LINE_SCHEMA },
      value: Buffer.from(JSON.stringify({ body: text, query: {} })),
    }),
  );
  return interpretReportLine(observation, AMOUNTS);
}
