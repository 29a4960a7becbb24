import { describe, expect, it } from 'vitest';
import { harnessFor, readRange, record, textsOf } from './contract-records.contract.js';
import type { OpenHarness } from './harness.contract.js';

/** Guarantees of `read`, `startPositions` and `endPositions`. */
export function describeReading(open: OpenHarness): void {
  describe('read', () => {
    it('knows the positions of the first and past the last record', async () => {
      const harness = await harnessFor(open, 3);
      const log = await harness.open();
      expect(await log.startPositions()).toEqual([0n, 0n, 0n]);
      expect(await log.endPositions()).toEqual([0n, 0n, 0n]);
      const positions = await log.append([record('k', 'a', 1), record('k', 'b', 1)]);
      expect(await log.startPositions()).toEqual([0n, 0n, 0n]);
      const end = (positions[1]?.position ?? -1n) + 1n;
      expect(await log.endPositions()).toEqual([0n, end, 0n]);
      expect(await (await harness.open()).endPositions()).toEqual([0n, end, 0n]);
    });

    it('walks a range without a group: from inclusive, to exclusive, in order', async () => {
      const harness = await harnessFor(open, 2);
      const log = await harness.open();
      const texts = Array.from({ length: 2_500 }, (_, index) => `r${index}`);
      const positions = await log.append(texts.map((text) => record('k', text, 1)));
      const at = (index: number): bigint => positions[index]?.position ?? -1n;
      const middle = await readRange(log, 1, { from: at(100), to: at(2_400) });
      expect(textsOf(middle)).toEqual(texts.slice(100, 2_400));
      expect(middle.map((stored) => stored.position)).toEqual(
        positions.slice(100, 2_400).map((answered) => answered.position),
      );
      expect(new Set(middle.map((stored) => stored.partition))).toEqual(new Set([1]));
      const one = await readRange(log, 1, { from: at(7), to: at(8) });
      expect(textsOf(one)).toEqual(['r7']);
    });

    it('yields nothing for an empty range, and stops at the end of the log', async () => {
      const harness = await harnessFor(open, 2);
      const log = await harness.open();
      await log.append([record('k', 'a', 0), record('k', 'b', 0)]);
      const [end = 0n] = await log.endPositions();
      expect(await readRange(log, 0, { from: 0n, to: 0n })).toEqual([]);
      expect(await readRange(log, 0, { from: end, to: end })).toEqual([]);
      expect(await readRange(log, 1, { from: 0n, to: 0n })).toEqual([]);
      expect(await readRange(log, 1, { from: 0n, to: 10n })).toEqual([]);
      expect(textsOf(await readRange(log, 0, { from: 0n, to: end + 100n }))).toEqual(['a', 'b']);
    });

    it('never yields an empty batch, and can be left half way', async () => {
      const harness = await harnessFor(open, 1);
      const log = await harness.open();
      const large = Buffer.alloc(300_000, 'x');
      await log.append(Array.from({ length: 12 }, () => ({ key: 'k', value: large, headers: {} })));
      const [end = 0n] = await log.endPositions();
      const sizes: number[] = [];
      for await (const batch of log.read(0, 0n, end)) sizes.push(batch.length);
      expect(Math.min(...sizes)).toBeGreaterThan(0);
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(12);
      for await (const batch of log.read(0, 0n, end)) {
        expect(batch[0]?.position).toBe(0n);
        break;
      }
      await expect(log.append([record('k', 'still works')])).resolves.toHaveLength(1);
    });
  });
}
