import { describe, expect, it } from 'vitest';
import { parseInstant } from './instant.js';

describe('parseInstant', () => {
  it.each([
    ['2026-05-22T14:32:08.412Z', null, '2026-05-22T14:32:08.412Z'],
    ['2023-09-20 15:28:09', '-05:00', '2023-09-20T20:28:09.000Z'],
    ['1552593282000', null, '2019-03-14T19:54:42.000Z'],
  ])('reads %s', (text, zone, instant) => {
    expect(parseInstant(text, zone)).toBe(instant);
  });

  it.each([
    ['', null],
    ['0', null],
    ['2023-09-20 15:28:09', null],
    ['2026-02-31T00:00:00Z', null],
    ['0000-01-01T00:00:00Z', null],
    ['9999-12-31T23:59:59-05:00', null],
    ['253402300800000', null],
    ['999999999999999', null],
  ])('answers none for %s, which no database would take as meant', (text, zone) => {
    expect(parseInstant(text, zone)).toBeNull();
  });
});
