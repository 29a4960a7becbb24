import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HAS, surveyOf } from './text-survey.js';

/** Of what the expressions tell apart, and some that are like it. */
const character = fc.constantFrom(
  ...'0123456789 .-_J@+/jZ\\"\u0000\u001f\u007f\u0085\u00a0\u00f1\u2028\u2029\u3000\ufeff\ud83d',
);
const text = fc.oneof(
  fc.array(character, { maxLength: 60 }).map((characters) => characters.join('')),
  fc
    .array(fc.constantFrom('1234', '12345678', '.', '-', ' ', '_', '1', 'x'), { maxLength: 12 })
    .map((pieces) => pieces.join('')),
  fc.string({ unit: 'binary', maxLength: 60 }),
);

describe('the survey of a text', () => {
  it.each([
    // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
    ['controlOrAt', /[\u0000-\u001f\u007f-\u009f\u2028\u2029@]/],
    ['space', /\s/],
    ['nonWord', /[^A-Za-z0-9_.-]/],
    ['cardMark', /\d{13}|\d{4}[ .-]\d{4}/],
    ['credentialMark', /[_ J]/],
  ] as const)('finds %s wherever %s does, and nowhere else', (name, expression) => {
    fc.assert(
      fc.property(text, (sample) => {
        expect((surveyOf(sample) & HAS[name]) !== 0).toBe(expression.test(sample));
      }),
      { numRuns: 1_000 },
    );
  });
});
