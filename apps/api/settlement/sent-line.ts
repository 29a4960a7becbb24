import type { SubjectKind } from '#events/subject.js';
import type { ReportLine } from '#ledger/payment/report-line.js';
import type { FieldError } from '#platform/problem.js';
import type { Account } from '#providers/account.js';
import type { AmountFormat } from '#providers/amount.js';
import { providerOf } from '#providers/registry.js';
import {
  readReportLine,
  reportLineSubject,
  sentLineFaults,
  type ReportLineText,
} from '#providers/settlement-report.js';
import type { SentLine, SentLines } from './report-file.js';

/** A line that can be told to the log. */
export type ReadLine = {
  readonly sent: SentLine;
  readonly text: ReportLineText;
  readonly line: ReportLine;
  /** Key of the subject that it changes. */
  readonly subject: string;
  /** The same where it names a movement; null where it names none. */
  readonly movement: string | null;
};

/** Reads every line, and tells of every fault in any of them. */
export function readSentLines(
  { report, lines, errors: faults }: SentLines & { readonly report: string },
  { account, nowMs }: { readonly account: Account; readonly nowMs: number },
): { readonly lines: readonly ReadLine[]; readonly errors: readonly FieldError[] } {
  const provider = providerOf(account.provider);
  const rules: LineRules = {
    account: account.id,
    report,
    kinds: provider?.movementKinds ?? [],
    nowMs,
    amounts: provider?.reportAmounts(nowMs) ?? { unit: 'major', exponents: {} },
  };
  const errors: FieldError[] = [...faults];
  const seen = new Set<string>();
  const read: ReadLine[] = [];
  for (const sent of lines) {
    const one = readSentLine(sent, rules);
    if ('errors' in one) errors.push(...one.errors);
    else read.push(one);
    if (seen.has(sent.texts.line)) {
      const detail = `${sent.label}: its id ${sent.texts.line} stands twice in the report.`;
      errors.push({ pointer: `${sent.pointer}/line`, code: 'told-twice', detail });
    }
    seen.add(sent.texts.line);
  }
  return { lines: read, errors };
}

type LineRules = {
  readonly account: string;
  readonly report: string;
  /** What a line may name. */
  readonly kinds: readonly SubjectKind[];
  readonly amounts: AmountFormat;
  readonly nowMs: number;
};

function readSentLine(
  sent: SentLine,
  { account, report, kinds, amounts, nowMs }: LineRules,
): ReadLine | { readonly errors: readonly FieldError[] } {
  const { reference: named, ...texts } = sent.texts;
  const cut = named.indexOf('/');
  const kind = named === '' ? null : named.slice(0, Math.max(cut, 0));
  const reference = named === '' ? null : named.slice(cut + 1);
  const text: ReportLineText = { report, ...texts, kind, reference };
  const read = readReportLine(text, amounts);
  const faults = 'faults' in read ? [...read.faults] : signFaults(read.line);
  for (const fault of sentLineFaults(text, nowMs)) {
    if (!faults.some(({ member }) => member === fault.member)) faults.push(fault);
  }
  if (kind !== null && !kinds.some((known) => known === kind)) {
    const detail = `must be empty, or begin with ${kinds.map((one) => `${one}/`).join(', ')}`;
    faults.push({ member: 'reference', code: 'unknown-kind', detail });
  }
  const subject = reportLineSubject(account, text);
  if (subject === null && faults.length === 0) {
    faults.push({ member: 'reference', code: 'too-long', detail: 'is too long for a key' });
  }
  if (faults.length > 0 || 'faults' in read || subject === null) {
    return {
      errors: faults.map(({ member, code, detail }) => ({
        pointer: `${sent.pointer}/${member}`,
        code,
        detail: `${sent.label}: ${member} ${detail}.`,
      })),
    };
  }
  return { sent, text, line: read.line, subject, movement: kind === null ? null : subject };
}

/** A line is told once, so a sign that can only be a slip is not let into the log. */
function signFaults({ type, amount }: ReportLine): {
  member: keyof ReportLineText;
  code: string;
  detail: string;
}[] {
  const isBelow = type === 'refund' || type === 'withdrawal';
  if (isBelow && amount.minor > 0n) {
    const detail = `of a ${type} is below zero: the provider takes it out of the payout`;
    return [{ member: 'amount', code: 'wrong-sign', detail }];
  }
  if (type === 'payment' && amount.minor < 0n) {
    const detail = 'of a payment is above zero; what is taken back is a refund or an adjustment';
    return [{ member: 'amount', code: 'wrong-sign', detail }];
  }
  return [];
}
