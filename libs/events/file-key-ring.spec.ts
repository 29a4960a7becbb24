import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { KeyRingUnusable, openKeyRing } from './file-key-ring.js';
import { bodyDigest, seal, unseal } from './sealing.js';

const NOVEMBER = Date.UTC(2026, 10, 22);
const CONTEXT = { id: 'id-1', source: '/a/r', subject: 'a/payment/1' };

describe('file key ring', () => {
  let parent = '';
  let dir = '';

  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'cuadre-keys-'));
    dir = join(parent, 'keys');
  });

  afterEach(() => {
    vi.useRealTimers();
    rmSync(parent, { recursive: true });
  });

  it('makes one key for every UTC month, private to its owner', () => {
    const ring = openKeyRing(dir, { create: true });
    expect(ring.current(NOVEMBER).id).toBe('period-2026-11');
    expect(ring.current(Date.UTC(2026, 10, 30, 23, 59, 59, 999)).id).toBe('period-2026-11');
    expect(ring.current(Date.UTC(2026, 11, 1)).id).toBe('period-2026-12');
    expect(ring.current(NOVEMBER).id).toBe('period-2026-11');
    expect(readdirSync(dir).toSorted()).toEqual([
      'digest-1.key',
      'period-2026-11.key',
      'period-2026-12.key',
    ]);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    for (const file of readdirSync(dir)) {
      expect(statSync(join(dir, file)).mode & 0o777).toBe(0o600);
    }
  });

  it('agrees between processes that open the same folder', () => {
    const one = openKeyRing(dir, { create: true });
    const other = openKeyRing(dir, { create: true });
    const sealed = seal(Buffer.from('body'), CONTEXT, one.current(NOVEMBER));
    const sealedToo = seal(Buffer.from('body'), CONTEXT, other.current(NOVEMBER));
    expect(unseal(sealed, CONTEXT, other)).toEqual({ bytes: Buffer.from('body') });
    expect(unseal(sealedToo, CONTEXT, one)).toEqual({ bytes: Buffer.from('body') });
    const body = Buffer.from('{}');
    expect(bodyDigest(body, one.digestKey)).toBe(bodyDigest(body, other.digestKey));
  });

  it('loses the bodies of a month within seconds of its key file being destroyed', () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const ring = openKeyRing(dir, { create: true });
    const sealed = seal(Buffer.from('body'), CONTEXT, ring.current(NOVEMBER));
    unlinkSync(join(dir, 'period-2026-11.key'));
    vi.advanceTimersByTime(5_000);
    expect(unseal(sealed, CONTEXT, ring)).toEqual({ refused: 'key-destroyed' });
    const reopened = openKeyRing(dir, { create: false });
    expect(unseal(sealed, CONTEXT, reopened)).toEqual({ refused: 'key-destroyed' });
  });

  it('never follows a key id out of its folder', () => {
    const ring = openKeyRing(dir, { create: true });
    expect(ring.find('../keys/period-2026-11')).toBeNull();
    expect(ring.find('digest-1')).toBeNull();
    expect(ring.find('')).toBeNull();
  });

  it('makes nothing when it may only read', () => {
    expect(() => openKeyRing(dir, { create: false })).toThrow(KeyRingUnusable);
    openKeyRing(dir, { create: true });
    const reader = openKeyRing(dir, { create: false });
    expect(() => reader.current(NOVEMBER)).toThrow(KeyRingUnusable);
    expect(readdirSync(dir)).toEqual(['digest-1.key']);
  });

  it('refuses a folder or a key that others may read', () => {
    openKeyRing(dir, { create: true }).current(NOVEMBER);
    chmodSync(join(dir, 'period-2026-11.key'), 0o644);
    expect(() => openKeyRing(dir, { create: true }).current(NOVEMBER)).toThrow('chmod 600');
    chmodSync(dir, 0o755);
    expect(() => openKeyRing(dir, { create: true })).toThrow('chmod 700');
  });

  it('refuses to replace a lost digest key', () => {
    openKeyRing(dir, { create: true }).current(NOVEMBER);
    unlinkSync(join(dir, 'digest-1.key'));
    expect(() => openKeyRing(dir, { create: true })).toThrow('restore it');
  });
});
