const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;

/** `2026-10` · null for what is no month. A period is a month in UTC. */
export function isPeriodId(text: string): boolean {
  return MONTH.test(text) && text >= '1970-01';
}

/** The first instant after a period, ISO 8601 in UTC. */
export function endOfPeriod(periodId: string): string {
  const [year = 0, month = 0] = periodId.split('-').map(Number);
  return new Date(Date.UTC(year, month, 1)).toISOString();
}

/** The period that ends at an instant; null where none does. */
export function periodEndingAt(until: string): string | null {
  const last = new Date(Date.parse(until) - 1).toISOString().slice(0, 7);
  return endOfPeriod(last) === until ? last : null;
}
