import type { FieldError } from '#platform/problem.js';
import type { ReportLineText } from '#providers/settlement-report.js';

/** A line as it was sent: texts by member, and what it is called in an error. */
export type SentLine = {
  /** `Line 4`: in a file the header is line 1. */
  readonly label: string;
  /** JSON pointer of the line. */
  readonly pointer: string;
  readonly texts: Readonly<Record<LineMember, string>>;
};

/** The lines that could be taken apart, and what is wrong with the others. */
export type SentLines = {
  readonly lines: readonly SentLine[];
  readonly errors: readonly FieldError[];
};

/** Members of a line, in the order of the columns; `reference` is `kind/id`, or empty. */
export const LINE_MEMBERS = ['line', 'type', 'reference', 'amount', 'currency', 'paidAt'] as const;

export type LineMember = Exclude<keyof ReportLineText, 'report' | 'kind'>;

/** The first row of a file. */
export const REPORT_HEADER = 'line,type,reference,amount,currency,paid_at';

/** Lines of a request in JSON: each an object of texts. */
export function sentInJson(sent: readonly unknown[]): SentLines {
  const errors: FieldError[] = [];
  const lines = sent.flatMap((value, index): readonly SentLine[] => {
    const before = errors.length;
    const label = `Line ${index + 1}`;
    const pointer = `/body/lines/${index}`;
    const refuse = (at: string, detail: string): void =>
      void errors.push({ pointer: at, code: 'invalid', detail: `${label}: ${detail}.` });
    const members = new Map(isObject(value) ? Object.entries(value) : []);
    if (!isObject(value)) refuse(pointer, 'must be an object');
    const text = (member: LineMember): string => {
      const found = members.get(member) ?? (member === 'reference' ? '' : undefined);
      members.delete(member);
      if (typeof found === 'string') return found;
      if (isObject(value)) refuse(`${pointer}/${member}`, `${member} must be a text`);
      return '';
    };
    const texts = {
      line: text('line'),
      type: text('type'),
      reference: text('reference'),
      amount: text('amount'),
      currency: text('currency'),
      paidAt: text('paidAt'),
    };
    if (members.size > 0) refuse(pointer, `has other members than ${LINE_MEMBERS.join(', ')}`);
    return errors.length > before ? [] : [{ label, pointer, texts }];
  });
  return { lines, errors };
}

/**
 * Lines of a CSV file (RFC 4180): the header, then a row for each line. Fields may be quoted; empty rows are
 * passed over.
 */
export function sentInCsv(text: string): SentLines {
  const [header, ...rows] = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  if (header?.trim() !== REPORT_HEADER) {
    const detail = `Line 1: must be the header ${REPORT_HEADER}.`;
    return { lines: [], errors: [{ pointer: '/body', code: 'not-the-header', detail }] };
  }
  const errors: FieldError[] = [];
  const lines = rows.flatMap((row, index): readonly SentLine[] => {
    if (row.trim() === '') return [];
    const label = `Line ${index + 2}`;
    const pointer = `/body/lines/${index}`;
    const fields = fieldsOf(row);
    if (fields === null || fields.length !== LINE_MEMBERS.length) {
      errors.push({ pointer, code: 'not-a-row', detail: `${label}: ${rowFault(fields)}.` });
      return [];
    }
    const [line = '', type = '', reference = '', amount = '', currency = '', paidAt = ''] = fields;
    return [{ label, pointer, texts: { line, type, reference, amount, currency, paidAt } }];
  });
  return { lines, errors };
}

function rowFault(fields: readonly string[] | null): string {
  if (fields === null) return 'its quotes do not match';
  const [wanted, found] = [LINE_MEMBERS.length, fields.length];
  const hint = found > wanted ? '; a field with a comma in it stands in quotes' : '';
  return `must have ${wanted} fields, and has ${found}${hint}`;
}

const FIELD = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/gy;

/** Null where quotes do not match. No field of a line holds a line break. */
function fieldsOf(row: string): readonly string[] | null {
  const fields: string[] = [];
  let end = 0;
  for (const match of row.matchAll(FIELD)) {
    const [whole, quoted, plain = '', separator] = match;
    fields.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'));
    end = match.index + whole.length;
    if (separator === '') break;
  }
  return end === row.length ? fields : null;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
