import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeObservation, encodeObservation } from '#events/envelope.js';
import { OBSERVATION_KINDS } from '#events/observation.js';
import { periodKey, unseal, type KeyRing } from '#events/sealing.js';

/**
 * Records as they stand in logs. The files are never changed: a log is for ever, so a file that no longer
 * passes is a record that can no longer be read. New forms get new files.
 */
const DIRECTORY = new URL('envelope-v1/', import.meta.url);
const FILES = readdirSync(DIRECTORY);

type Golden = {
  readonly observation: Record<string, unknown> & { readonly kind: string };
  readonly record: {
    readonly key: string;
    readonly value: string;
    readonly headers: Readonly<Record<string, string>>;
  };
};

function read(file: string): Golden {
  return JSON.parse(readFileSync(new URL(file, DIRECTORY), 'utf8')) as Golden;
}

function fromBase64(text: string): Buffer {
  return Buffer.from(text, 'base64');
}

describe('envelope v1', () => {
  it('has a record of every kind', () => {
    const kinds = new Set(FILES.map((file) => read(file).observation.kind));
    expect([...kinds].toSorted()).toEqual([...OBSERVATION_KINDS].toSorted());
  });

  describe.each(FILES)('%s', (file) => {
    const { observation, record } = read(file);
    const stored = {
      key: record.key,
      value: fromBase64(record.value),
      headers: Object.fromEntries(
        Object.entries(record.headers).map(([name, text]) => [name, fromBase64(text)]),
      ),
    };
    const decoded = decodeObservation(stored);

    it('is read as it was meant', () => {
      const { lookup, sealed, value, ...rest } = decoded;
      expect({
        ...rest,
        lookup: lookup && { ...lookup, asOf: lookup.asOf.toString() },
        sealed: sealed?.toString('base64') ?? null,
        value: value.toString('base64'),
      }).toEqual(observation);
    });

    it('is written again byte for byte', () => {
      const encoded = encodeObservation(decoded);
      expect(encoded.key).toBe(record.key);
      expect(encoded.value.toString('base64')).toBe(record.value);
      expect(
        Object.entries(encoded.headers).map(([name, bytes]) => [name, bytes.toString('base64')]),
      ).toEqual(Object.entries(record.headers));
    });

    it('has header names that every protocol takes', () => {
      for (const name of Object.keys(record.headers)) {
        expect(name).toMatch(/^(ce_[a-z0-9]{1,20}|content-type|traceparent)$/);
      }
    });

    it('opens to the bytes that came', () => {
      if (decoded.sealed === null) return;
      const context = {
        id: decoded.id,
        source: `/${decoded.account}/${decoded.route}`,
        subject: decoded.subject,
      };
      const key = periodKey('period-2026-11', Buffer.alloc(32, 7));
      const ring = { find: (id: string) => (id === key.id ? key : null) } as KeyRing;
      expect(unseal(decoded.sealed, context, ring)).toHaveProperty('bytes');
    });
  });
});
