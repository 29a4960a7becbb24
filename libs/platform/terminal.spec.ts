import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { paint } from './terminal.js';

it('leaves text alone where the stream is not a terminal', () => {
  expect(paint('paid', 'green', new PassThrough())).toBe('paid');
});
