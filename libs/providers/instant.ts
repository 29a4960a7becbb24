/**
 * A provider's time as ISO 8601 in UTC with milliseconds, so that times compare as text. Epoch
 * milliseconds are taken as such, 0 and an empty text as "none". A text without a zone is read in
 * the zone given (`-05:00`), or is unknown.
 */
export function parseInstant(text: string | null, zone: string | null = null): string | null {
  if (text === null || text === '' || text === '0') return null;
  if (/^\d{1,15}$/.test(text)) return isoOf(Number(text));
  const match = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:?\d\d)?$/.exec(
    text,
  );
  if (match === null) return null;
  const [, date = '', time = '', ownZone = zone] = match;
  if (ownZone === null || !isDay(date)) return null;
  return isoOf(Date.parse(`${date}T${time}${ownZone}`));
}

/** `Date` would read 31 February as 3 March. */
function isDay(date: string): boolean {
  const month = Number(date.slice(5, 7));
  const day = Number(date.slice(8, 10));
  return month >= 1 && month <= 12 && day >= 1 && day <= daysOf(Number(date.slice(0, 4)), month);
}

function daysOf(year: number, month: number): number {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
}

/** Years that four digits can hold: ISO 8601 writes others in another form. */
function isoOf(epochMs: number): string | null {
  const date = new Date(epochMs);
  if (Number.isNaN(date.getTime())) return null;
  const year = date.getUTCFullYear();
  return year >= 1 && year <= 9999 ? date.toISOString() : null;
}
