import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatMajorUnits, moneyToJson, parseMajorUnits } from './money.js';

const COP = { currency: 'COP', exponent: 2 };
const CLP = { currency: 'CLP', exponent: 0 };

describe('parseMajorUnits', () => {
  it.each([
    ['50000.00', COP, 5_000_000n],
    ['49.9', COP, 4990n],
    ['70', COP, 7000n],
    ['0', COP, 0n],
    ['-12.34', COP, -1234n],
    ['49990', CLP, 49_990n],
    ['49990.00', CLP, 49_990n],
    ['10.5000', COP, 1050n],
    ['999999999999999999.99', COP, 99_999_999_999_999_999_999n],
  ])('reads %s exactly', (text, format, minor) => {
    expect(parseMajorUnits(text, format)).toEqual({ minor, ...format });
  });

  it.each([
    ['1e3', 'not-an-amount'],
    ['1,000.00', 'not-an-amount'],
    ['01', 'not-an-amount'],
    ['.5', 'not-an-amount'],
    ['', 'not-an-amount'],
    [' 1', 'not-an-amount'],
    ['NaN', 'not-an-amount'],
    ['1.005', 'too-many-decimals'],
  ])('refuses %s', (text, refused) => {
    expect(parseMajorUnits(text, COP)).toEqual({ refused });
  });

  it('refuses decimals that a currency without minor units cannot hold', () => {
    expect(parseMajorUnits('10.5', CLP)).toEqual({ refused: 'too-many-decimals' });
  });

  it('refuses what is not a currency code', () => {
    expect(parseMajorUnits('1', { currency: 'usd', exponent: 2 })).toEqual({
      refused: 'not-a-currency',
    });
  });

  it('gives back what formatMajorUnits wrote', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n }),
        fc.integer({ min: 0, max: 6 }),
        (minor, exponent) => {
          const money = { minor, currency: 'USD', exponent };
          expect(parseMajorUnits(formatMajorUnits(money), money)).toEqual(money);
        },
      ),
    );
  });
});

describe('moneyToJson', () => {
  it('tells every figure as text', () => {
    expect(moneyToJson({ minor: 5_000_000n, ...COP })).toEqual({
      amount: '50000.00',
      currency: 'COP',
      minorUnits: '5000000',
      exponent: 2,
    });
  });

  it('keeps the zero before the point', () => {
    expect(moneyToJson({ minor: -5n, ...COP }).amount).toBe('-0.05');
  });
});
