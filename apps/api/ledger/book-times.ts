import { ValidateBy } from 'class-validator';

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;
const DAY_MS = 86_400_000;

/** What `asAt` and its like take: a day in UTC, `2026-10-31`, or an instant with its zone. */
export function isBookTime(text: unknown): boolean {
  if (typeof text !== 'string' || !(DAY.test(text) || INSTANT.test(text))) return false;
  const day = text.slice(0, 10);
  const isReal = new Date(`${day}T00:00:00Z`).toJSON()?.slice(0, 10) === day;
  return isReal && !Number.isNaN(Date.parse(text)) && text >= '1900';
}

export function IsBookTime(): PropertyDecorator {
  return ValidateBy(
    { name: 'isBookTime', validator: { validate: isBookTime } },
    {
      message: 'must be a day (2026-10-31) or an instant with its zone (2026-10-31T12:00:00Z)',
      context: { code: 'not-a-time' },
    },
  );
}

/** Where a time begins: ISO 8601 in UTC. */
export function startOf(text: string): string {
  return new Date(text).toISOString();
}

/** The first instant that is later than all of it: of a day the next midnight. */
export function endOf(text: string): string {
  return new Date(Date.parse(text) + (DAY.test(text) ? DAY_MS : 1)).toISOString();
}
