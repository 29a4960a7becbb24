import { describe, expect, it } from 'vitest';
import { errorOf, errorText } from './error.js';

const TRACE = '5f8f2a8e-4b7c-4a1e-8d3f-1234567890ab';

describe('errors of Conomy', () => {
  it.each([
    [
      `{"status":400,"code":"11","type":"invalidParam","detail":"accountNumber is required","traceId":"${TRACE}"}`,
      { code: '11', type: 'invalidParam', traceId: TRACE },
      ` (11 invalidParam, trace ${TRACE})`,
    ],
    [
      '{"statusCode":404,"error":"Not Found","message":"No payment of Ana"}',
      { code: '404', type: null, traceId: null },
      ' (404)',
    ],
    [
      '{"statusCode":"409","error":"Conflict","message":["a","b"]}',
      { code: '409', type: 'Conflict', traceId: null },
      ' (409 Conflict)',
    ],
    [
      '{"error":{"type":"bad_request","info":null},"message":null}',
      { code: null, type: 'bad_request', traceId: null },
      ' (bad_request)',
    ],
  ])('are read in every shape: %s', (body, error, text) => {
    expect(errorOf(Buffer.from(body))).toEqual(error);
    expect(errorText(errorOf(Buffer.from(body)))).toBe(text);
  });

  it.each(['', '<html>', '[]', '{"message":"Ana Gómez"}', '{"type":"Ana Gómez"}', '{"code":1}'])(
    'have nothing to say where the body is %s',
    (body) => {
      expect(errorText(errorOf(Buffer.from(body)))).toBe('');
    },
  );
});
