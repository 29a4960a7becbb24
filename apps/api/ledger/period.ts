import { endOf, isBookTime } from './book-times.js';

const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;
const DAY_LENGTH = '2026-10-31'.length;

export type Period = {
  /** `2026-10`, `2026-10-31`, or an instant as ISO 8601 in UTC. */
  readonly periodId: string;
  /** The first instant after it, ISO 8601 in UTC with milliseconds. */
  readonly until: string;
};

/** A month, a day or everything up to an instant with its zone; in UTC. Null for what is none of these. */
export function parsePeriod(text: string): Period | null {
  if (MONTH.test(text)) return text < '1970' ? null : { periodId: text, until: endOfMonth(text) };
  if (!isBookTime(text) || text < '1970') return null;
  if (text.length === DAY_LENGTH) return { periodId: text, until: endOf(text) };
  const until = new Date(text).toISOString();
  return { periodId: until, until };
}

/** The period that ends at an instant: a month where one does, else a day, else the instant itself. */
export function periodEndingAt(until: string): string {
  const last = new Date(Date.parse(until) - 1).toISOString();
  const [month, day] = [last.slice(0, 7), last.slice(0, DAY_LENGTH)];
  if (endOfMonth(month) === until) return month;
  return endOf(day) === until ? day : until;
}

function endOfMonth(text: string): string {
  const [year = 0, month = 0] = text.split('-').map(Number);
  return new Date(Date.UTC(year, month, 1)).toISOString();
}
