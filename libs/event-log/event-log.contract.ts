import { describe } from 'vitest';
import { describeAppending } from './appending.contract.js';
import type { OpenHarness } from './harness.contract.js';
import { describeReading } from './reading.contract.js';
import { describeSubscribing } from './subscribing.contract.js';

/**
 * What every adapter of the event log guarantees. Imported by specs only: one spec for each adapter
 * calls `describeEventLog` with a harness that stores a log of its own for every test.
 */
export function describeEventLog(name: string, open: OpenHarness): void {
  describe(`event log contract: ${name}`, () => {
    describeAppending(open);
    describeReading(open);
    describeSubscribing(open);
  });
}
