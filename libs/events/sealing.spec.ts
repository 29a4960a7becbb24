import { createSecretKey } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bodyDigest, KeyRing, periodKey, seal, unseal, type PeriodKey } from './sealing.js';

const DIGEST_KEY = { id: 'digest-1', key: createSecretKey(Buffer.alloc(32, 9)) };
const KEY = periodKey('period-2026-11', Buffer.alloc(32, 7));
const CONTEXT = { id: 'id-1', source: '/account/route', subject: 'account/payment/1' };

class HeldKeys extends KeyRing {
  override readonly digestKey = DIGEST_KEY;
  constructor(private readonly keys: readonly PeriodKey[]) {
    super();
  }
  override current(): PeriodKey {
    return KEY;
  }
  override find(keyId: string): PeriodKey | null {
    return this.keys.find(({ id }) => id === keyId) ?? null;
  }
}

const ring = new HeldKeys([KEY]);

describe('sealing', () => {
  it('opens what was sealed long ago', () => {
    const sealed = Buffer.from(
      'AQ5wZXJpb2QtMjAyNi0xMZ8EQn0FnxK9HKACMwjfq3kfqiohTH7lrlnJOcWpbyo4lmAkdsGcfDtNUFw=',
      'base64',
    );
    expect(unseal(sealed, CONTEXT, ring)).toEqual({ bytes: Buffer.from('the exact bytes') });
  });

  it('gives back any bytes, and never the same sealed bytes twice', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (array) => {
        const bytes = Buffer.from(array);
        const sealed = seal(bytes, CONTEXT, KEY);
        expect(unseal(sealed, CONTEXT, ring)).toEqual({ bytes });
        expect(seal(bytes, CONTEXT, KEY).equals(sealed)).toBe(false);
      }),
    );
  });

  it.each([
    ['record', { ...CONTEXT, id: 'id-2' }],
    ['source', { ...CONTEXT, source: '/account/other' }],
    ['subject', { ...CONTEXT, subject: 'account/payment/2' }],
  ])('cannot be moved to another %s', (_name, context) => {
    const sealed = seal(Buffer.from('body'), CONTEXT, KEY);
    expect(unseal(sealed, context, ring)).toEqual({ refused: 'not-authentic' });
  });

  it('never opens what was changed or cut, and never throws', () => {
    const sealed = seal(Buffer.from('the exact bytes'), CONTEXT, KEY);
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: sealed.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        (at, flip) => {
          const changed = Buffer.from(sealed);
          changed[at] = (changed[at] ?? 0) ^ flip;
          expect(unseal(changed, CONTEXT, ring)).toHaveProperty('refused');
          expect(unseal(sealed.subarray(0, at), CONTEXT, ring)).toHaveProperty('refused');
        },
      ),
      // The highest bit of the key id, which ASCII does not know.
      { examples: [[2, 0x80]] },
    );
  });

  it('stays closed for ever once its key is destroyed', () => {
    const sealed = seal(Buffer.from('body'), CONTEXT, KEY);
    expect(unseal(sealed, CONTEXT, new HeldKeys([]))).toEqual({ refused: 'key-destroyed' });
  });
});

describe('body digest', () => {
  it('is the same for ever, and another under another key', () => {
    const bytes = Buffer.from('the exact bytes');
    expect(bodyDigest(bytes, DIGEST_KEY)).toBe(
      'digest-1:c2743e32e0db960fcebef7a39ae613306c9ce9dd5c13ab183bf3c8878cd783e7',
    );
    const other = { id: 'digest-2', key: createSecretKey(Buffer.alloc(32, 1)) };
    expect(bodyDigest(bytes, other)).not.toContain('c2743e32');
  });
});
