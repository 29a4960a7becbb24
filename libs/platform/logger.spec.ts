import { describe, expect, it } from 'vitest';
import type { LogLevel } from './config.js';
import { createLogger, type Logger } from './logger.js';
import { NestLogger } from './nest-logger.js';

const CANARY = 'canary-5f2c';

describe('logger', () => {
  it('writes no secret and no payload, wherever in the line it stands', () => {
    const { logger, text } = recorder('info');
    const headers = { authorization: CANARY, 'x-signature': CANARY, cookie: CANARY };
    logger.info({ ...headers, token: CANARY, body: CANARY }, 'top');
    logger.info({ headers, account: { credentials: { apiKey: CANARY } } }, 'one down');
    logger.info({ request: { headers, body: CANARY, user: { email: CANARY } } }, 'two down');
    expect(text()).not.toContain(CANARY);
    expect(text().match(/\[redacted\]/g)?.length).toBeGreaterThan(8);
  });

  it('writes of an error its class, message, code and cause, not what hangs on it', () => {
    const { logger, lines } = recorder('info');
    const cause = Object.assign(new Error('duplicate key'), { code: '23505', detail: CANARY });
    logger.error({ err: new TypeError('Cannot store.', { cause }) }, 'failed');
    expect(lines()[0]).toMatchObject({
      err: { type: 'TypeError', message: 'Cannot store.', cause: { code: '23505' } },
    });
    expect(JSON.stringify(lines())).not.toContain(CANARY);
  });

  it('keeps to its level and has no ids outside of spans and requests', () => {
    const { logger, lines } = recorder('warn');
    logger.info('quiet');
    logger.warn('loud');
    expect(lines()).toHaveLength(1);
    expect(lines()[0]).toMatchObject({ level: 'warn', msg: 'loud', service: 'cuadre' });
    expect(Object.keys(lines()[0] ?? {})).not.toContain('trace_id');
  });

  it('writes one readable line when asked to be pretty', () => {
    const { logger, text } = recorder('info', true);
    logger.info({ orderId: 'o-1', token: CANARY }, 'Order moved.');
    expect(text()).toMatch(/^\d\d:\d\d:\d\d\.\d{3} INFO {2}Order moved\. orderId=o-1 token=\[/);
  });
});

describe("Nest's logger", () => {
  it('carries context and error through', () => {
    const { logger, lines } = recorder('trace');
    const nest = new NestLogger(logger);
    nest.warn('Careful.', 'Router');
    nest.error(new RangeError('Too far.'), 'Router');
    nest.log('Mapped.', 'Router');
    expect(lines()).toMatchObject([
      { level: 'warn', msg: 'Careful.', context: 'Router' },
      { level: 'error', msg: 'Too far.', context: 'Router', err: { type: 'RangeError' } },
      { level: 'debug', msg: 'Mapped.', context: 'Router' },
    ]);
  });
});

function recorder(level: LogLevel, isPretty = false): Recorder {
  const written: string[] = [];
  const stream = { write: (line: string) => void written.push(line) };
  return {
    logger: createLogger({ logging: { level, isPretty } }, { stream }),
    text: () => written.join(''),
    lines: () => written.map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

type Recorder = {
  readonly logger: Logger;
  readonly text: () => string;
  readonly lines: () => Record<string, unknown>[];
};
