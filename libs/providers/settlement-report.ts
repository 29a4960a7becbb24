import type { Observation } from '#events/observation.js';
import { subjectKey, type SubjectKind } from '#events/subject.js';
import { parseMajorUnits } from '#ledger/money.js';
import {
  REPORT_LINE_TYPES,
  reportLineId,
  type ReportLine,
  type ReportLineType,
} from '#ledger/payment/report-line.js';
import { currencyCode, type AmountFormat } from './amount.js';
import { factMembers, fits, type MemberShape } from './fact-members.js';
import { filledTextOf, readFacts } from './facts.js';
import { parseInstant } from './instant.js';
import type { Interpretation } from './provider.js';

/**
 * A line of a settlement report as text. The format is our own: none of the four providers documents one
 * of theirs (see the providers' pages), so whoever has a report writes it in this form.
 */
export type ReportLineText = {
  readonly report: string;
  readonly line: string;
  readonly type: string;
  /** Kind of the subject that the line names, `payment`, `transaction`, …; null where it names none. */
  readonly kind: string | null;
  /** The provider's own id of it; null as `kind`. */
  readonly reference: string | null;
  /** Decimal text in major units; never through a float. */
  readonly amount: string;
  readonly currency: string;
  /** A day (its start in UTC), or an instant with its zone. */
  readonly paidAt: string;
};

/** What is wrong with a member of a line, as a code and a sentence's end. */
export type ReportLineFault = {
  readonly member: keyof ReportLineText;
  readonly code: string;
  readonly detail: string;
};

const SHAPES = {
  report: 'reference',
  line: 'reference',
  type: 'word',
  kind: 'word',
  reference: 'reference',
  amount: 'amount',
  currency: 'word',
  paidAt: 'instant',
} as const satisfies Readonly<Record<keyof ReportLineText, MemberShape>>;

const MEMBERS = factMembers(SHAPES);

/** Schema of their values in the envelope; the provider is the account's. */
export const REPORT_LINE_SCHEMA = { shape: 'report-line', version: 1 } as const;

/** The subject that a line changes: the movement that it names, else itself. Null if too long. */
export function reportLineSubject(account: string, text: ReportLineText): string | null {
  const { kind, reference } = text;
  return kind === null || reference === null
    ? subjectKey({ account, kind: 'report-line', reference: reportLineId(text) })
    : subjectKey({ account, kind: kind as SubjectKind, reference });
}

/** What a line in the log means, with the amounts of the profile in force. Pure and total. */
export function interpretReportLine(
  observation: Observation,
  amounts: AmountFormat,
): Interpretation {
  const { body } = readFacts(observation.value, MEMBERS.valueTree);
  const text = (name: keyof ReportLineText): string =>
    body === null ? '' : (filledTextOf(body, name) ?? '');
  const read = readReportLine(
    {
      report: text('report'),
      line: text('line'),
      type: text('type'),
      kind: text('kind') || null,
      reference: text('reference') || null,
      amount: text('amount'),
      currency: text('currency'),
      paidAt: text('paidAt'),
    },
    amounts,
  );
  if ('faults' in read) return { ignored: 'unreadable-report-line' };
  const id = reportLineId(read.line);
  return {
    event: {
      eventType: 'report-line',
      dedupeId: id,
      providerEventId: id,
      orderId: null,
      occurredAt: read.line.paidAt,
      references: [],
      tells: { about: 'report-line', fact: read.line },
    },
  };
}

/** Reads a line, or tells everything that is wrong with it. */
export function readReportLine(
  text: ReportLineText,
  amounts: AmountFormat,
): { readonly line: ReportLine } | { readonly faults: readonly ReportLineFault[] } {
  const faults: ReportLineFault[] = shapeFaults(text);
  const fault = (member: keyof ReportLineText, code: string, detail: string): void => {
    if (!faults.some((known) => known.member === member)) faults.push({ member, code, detail });
  };
  const type = REPORT_LINE_TYPES.find((known) => known === text.type);
  if (type === undefined) fault('type', 'not-allowed', `must be ${REPORT_LINE_TYPES.join(', ')}`);
  if ((text.kind === null) !== (text.reference === null)) {
    fault('reference', 'not-a-reference', 'must be kind/id, or empty');
  }
  const currency = currencyCode(text.currency);
  const exponent = Object.hasOwn(amounts.exponents, currency) ? amounts.exponents[currency] : null;
  if (exponent === null || exponent === undefined) {
    fault('currency', 'unknown-currency', 'is not a currency of this provider');
  }
  const amount = parseMajorUnits(text.amount, { currency, exponent: exponent ?? DECIMALS_MAX });
  if ('refused' in amount) {
    const isTooFine = amount.refused === 'too-many-decimals';
    const what = isTooFine ? 'is finer than the currency' : 'must be a decimal number, as -97.50';
    if (amount.refused !== 'not-a-currency') fault('amount', amount.refused, what);
  }
  const paidAt = instantOf(text.paidAt);
  if (paidAt === null) {
    fault('paidAt', 'not-an-instant', 'must be a day, or a time with its zone');
  }
  if (faults.length > 0 || type === undefined || paidAt === null || 'refused' in amount) {
    return { faults };
  }
  return { line: lineOf(text, { type, amount, paidAt }) };
}

const DECIMALS_MAX = 18;

function lineOf(
  { report, line }: ReportLineText,
  read: { readonly type: ReportLineType } & Pick<ReportLine, 'amount' | 'paidAt'>,
): ReportLine {
  return { report, line, ...read };
}

const TEXTS = ['report', 'line', 'reference'] as const;

/** Ids that a fact may not hold: names, addresses, card numbers. */
function shapeFaults(text: ReportLineText): ReportLineFault[] {
  return TEXTS.flatMap((member) => {
    const value = text[member];
    if (value === null) return [];
    const hasSlash = member !== 'reference' && value.includes('/');
    if (fits(JSON.stringify(value), SHAPES[member]) && !hasSlash) return [];
    const detail = 'must be an id of at most 200 characters, without space, @ and card numbers';
    return {
      member,
      code: 'invalid-text',
      detail: hasSlash ? 'must be without a slash' : detail,
    };
  });
}

/**
 * What is wrong with a line that is told now, beside what makes it unreadable: members that do not look like
 * what they are, and times that can only be a slip. The log may hold such lines, which are taken as they
 * are: what was booked once must not vanish because of a clock.
 */
export function sentLineFaults(text: ReportLineText, nowMs: number): readonly ReportLineFault[] {
  const paidAtFault = sentPaidAtFault(text.paidAt, nowMs);
  return [
    ...SHAPED.flatMap(({ member, shown, detail }) =>
      fits(JSON.stringify(text[member]), SHAPES[member])
        ? []
        : [{ member: shown, code: 'invalid-text', detail }],
    ),
    ...(paidAtFault === null ? [] : [paidAtFault]),
  ];
}

/** Of the others ids are read at all only where they fit, and a time that fits is told apart by itself. */
const SHAPED: readonly {
  readonly member: keyof ReportLineText;
  /** The kind stands in the reference. */
  readonly shown: keyof ReportLineText;
  readonly detail: string;
}[] = [
  { member: 'type', shown: 'type', detail: 'must be a word' },
  { member: 'kind', shown: 'reference', detail: 'must begin with a word' },
  { member: 'amount', shown: 'amount', detail: 'must have at most 12 digits and 6 decimals' },
  { member: 'currency', shown: 'currency', detail: 'must be a word' },
];

function sentPaidAtFault(text: string, nowMs: number): ReportLineFault | null {
  const isOfShape = fits(JSON.stringify(text), SHAPES.paidAt) && SENT_INSTANT.test(text);
  const paidAt = isOfShape ? instantOf(text) : null;
  const refuse = (code: string, detail: string): ReportLineFault => ({
    member: 'paidAt',
    code,
    detail,
  });
  if (paidAt === null) {
    return refuse('not-an-instant', 'must be a day as 2026-11-20, or a time with its zone');
  }
  if (paidAt < PAID_AT_MIN) return refuse('too-early', 'must not be before 2000-01-01');
  const isLate = Date.parse(paidAt) > nowMs + PAID_AT_AHEAD_MS_MAX;
  return isLate ? refuse('in-the-future', 'must not be more than a day from now') : null;
}

/** A day, or a time with its zone: digits alone could be anything. */
const SENT_INSTANT = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d))?$/;
const PAID_AT_MIN = '2000-01-01T00:00:00.000Z';
const PAID_AT_AHEAD_MS_MAX = 86_400_000;

function instantOf(text: string): string | null {
  return parseInstant(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text);
}
