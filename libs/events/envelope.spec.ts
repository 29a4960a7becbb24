import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeObservation, encodeObservation, MalformedEnvelope } from './envelope.js';
import { OBSERVATION_KINDS, trustOf, VERIFICATION_MODES, type Observation } from './observation.js';

const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array));
const instantMs = fc.integer({ min: 0, max: 4_102_444_800_000 });
const token = fc.stringMatching(/^[a-z0-9-]{1,20}$/);
const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });

const observations: fc.Arbitrary<Observation> = fc.record({
  id: fc.uuid(),
  kind: fc.constantFrom(...OBSERVATION_KINDS),
  account: token,
  route: token,
  subject: fc.stringMatching(/^[a-z]{1,5}\/payment\/[A-Za-z0-9._~%-]{1,20}$/),
  receivedAtMs: instantMs,
  schema: fc.record({
    provider: fc.stringMatching(/^[a-z]{1,10}$/),
    shape: fc.stringMatching(/^[a-z-]{1,10}$/),
    version: fc.integer({ min: 1, max: 99 }),
  }),
  verification: fc.record({
    mode: fc.constantFrom(...VERIFICATION_MODES),
    keyId: fc.option(token),
    verdict: fc.constantFrom('verified', 'unverified'),
  }),
  requestId: token,
  providerTraceIds: fc.array(text, { maxLength: 3 }),
  redactedQuery: fc.option(text),
  headers: fc.dictionary(token, text, { maxKeys: 3 }),
  bodyType: fc.option(text),
  bodyDigest: token,
  traceparent: fc.option(token),
  lookup: fc.option(
    fc.record({ asOf: fc.bigInt({ min: 0n, max: 2n ** 63n }), askedAtMs: instantMs }),
  ),
  value: bytes,
  sealed: fc.option(bytes),
});

describe('envelope', () => {
  it('gives back every observation that is put into it', () => {
    fc.assert(
      fc.property(observations, (observation) => {
        const record = encodeObservation(observation);
        expect(record.key).toBe(observation.subject);
        expect(decodeObservation(record)).toEqual(observation);
      }),
    );
  });

  it.each(['ce_id', 'ce_type', 'ce_source', 'ce_subject', 'ce_dataschema', 'ce_verification'])(
    'refuses a record without %s',
    (name) => {
      const [observation] = fc.sample(observations, { numRuns: 1, seed: 1 });
      if (observation === undefined) throw new Error('No sample.');
      const record = encodeObservation(observation);
      const { [name]: _left, ...headers } = record.headers;
      expect(() => decodeObservation({ ...record, headers })).toThrow(MalformedEnvelope);
    },
  );

  it.each([
    ['ce_type', 'cuadre.observation.gossip.v1'],
    ['ce_type', 'cuadre.observation.webhook.v2'],
    ['ce_dataschema', 'urn:cuadre:cobru:webhook:0'],
    ['ce_verification', 'hmac;maybe;'],
    ['ce_verification', 'trust-me;verified;'],
  ])('refuses %s "%s", which it never wrote', (name, value) => {
    const [observation] = fc.sample(observations, { numRuns: 1, seed: 1 });
    if (observation === undefined) throw new Error('No sample.');
    const record = encodeObservation(observation);
    const headers = { ...record.headers, [name]: Buffer.from(value) };
    expect(() => decodeObservation({ ...record, headers })).toThrow(MalformedEnvelope);
  });

  it('never gives trust to a webhook that did not prove itself', () => {
    fc.assert(
      fc.property(observations, (observation) => {
        const { kind, verification } = observation;
        fc.pre(kind === 'webhook' && verification.verdict === 'unverified');
        expect(trustOf(observation)).toBe('unverified');
      }),
    );
  });
});
