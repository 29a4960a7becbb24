import { describe, expect, it } from 'vitest';
import type { RequestHeaders } from '#providers/verification.js';
import { keepHeaders as keep, type Withheld } from './kept-headers.js';

const SECRET = 'f00dbeef-secret-0123456789';

function keepHeaders(headers: RequestHeaders, credentialHeaders: readonly string[] = []) {
  const withheld: Withheld = { credentialHeaders, secrets: [SECRET] };
  return keep(headers, withheld);
}

describe('kept headers', () => {
  it.each([
    '5f8f2a8e-4b7c-4a1e-8d3f-1234567890ab',
    'req_01HXXABCDEF',
    '4bf92f3577b34da6a3ce929d0e0e4736',
  ])('keep the id %s of a delivery, once', (id) => {
    const { kept, providerTraceIds } = keepHeaders({ 'x-request-id': id, 'x-trace-id': id });
    expect(providerTraceIds).toEqual([id]);
    expect(kept).toEqual({ 'x-request-id': id, 'x-trace-id': id });
  });

  it.each([
    'maria',
    'a b',
    '4111111111111111',
    '3000000000',
    'sk_live_abc',
    'whsec_0123456789abc',
    '',
    'x'.repeat(200),
  ])('leave out "%s", which is no such id', (id) =>
    expect(keepHeaders({ 'x-request-id': id }).providerTraceIds).toEqual([]),
  );

  it.each([
    ['python-requests/2.31.0', 'python-requests/2.31.0'],
    ['axios/1.7.2 (+mailto:someone@example.com)', 'axios/1.7.2'],
    ['Maria Canaria', undefined],
  ])('keep of the user agent "%s" the product', (sent, kept) => {
    expect(keepHeaders({ 'user-agent': sent }).kept['user-agent']).toBe(kept);
  });

  it('leave out a header that carries the credential, whatever it is called', () => {
    const id = '5f8f2a8e-4b7c-4a1e-8d3f-1234567890ab';
    const headers = { 'x-trace-id': id, 'user-agent': 'axios/1.7.2' };
    expect(keepHeaders(headers, ['x-trace-id', 'user-agent'])).toEqual({
      kept: {},
      bodyType: null,
      providerTraceIds: [],
    });
  });

  it('leave out a text that has a secret in it', () => {
    const headers = {
      'x-request-id': SECRET.replaceAll('-', ''),
      'user-agent': `agent/1${SECRET}`,
    };
    expect(keepHeaders(headers).kept).toEqual({ 'x-request-id': SECRET.replaceAll('-', '') });
  });

  it('keep a content type as sent, and none that is more than that', () => {
    const type = 'application/json; charset=UTF-8';
    expect(keepHeaders({ 'content-type': type }).bodyType).toBe(type);
    expect(keepHeaders({ 'content-type': 'text/plain; name="x y"' }).bodyType).toBeNull();
  });

  it('read each delivery by its own headers, whatever was sent before', () => {
    const withheld: Withheld = { credentialHeaders: [], secrets: [SECRET] };
    const id = '5f8f2a8e-4b7c-4a1e-8d3f-1234567890ab';
    const deliveries: readonly RequestHeaders[] = [
      {},
      { 'user-agent': 'axios/1.7.2' },
      { 'user-agent': 'axios/1.7.2', 'content-type': 'application/json' },
      { 'user-agent': 'axios/1.7.2', 'content-type': 'application/json', 'x-trace-id': id },
      { 'user-agent': 'axios/1.7.3', 'content-type': 'application/json' },
      { 'content-type': 'application/json' },
      {},
    ];
    for (const headers of deliveries) {
      expect(keep(headers, withheld)).toEqual(keep(headers, { ...withheld }));
    }
  });
});
