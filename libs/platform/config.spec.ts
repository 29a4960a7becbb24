import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CONFIG_KEYS, ConfigError, loadConfig } from './config.js';

const EXAMPLE = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8');

describe('config', () => {
  it('needs nothing from the environment', () => {
    const config = loadConfig({});
    expect(config).toMatchObject({
      http: { host: '0.0.0.0', port: 8080, bodyLimitBytes: 262_144 },
      grpc: { port: 50_051, isReflectionOn: true },
      database: { url: null },
      kafka: null,
      accounts: { file: 'data/accounts.json', isDefault: true },
      keyRingDir: 'data/keys',
      apiTokens: [],
      isLookupsOn: true,
    });
  });

  it('names every bad key, what was found and what is allowed', () => {
    const env = { PORT: '99999', LOG_LEVEL: 'loud', LOOKUPS: 'maybe', KAFKA_BROKERS: 'nowhere' };
    const error = failure(env);
    expect(error.problems.map((p) => p.key).sort()).toEqual(Object.keys(env).sort());
    expect(error.message).toContain('PORT: found "99999"; allowed: a whole number from 0 to 65535');
    expect(error.message).toContain('LOG_LEVEL: found "loud"; allowed: one of trace, debug');
  });

  it('never repeats the value of a secret', () => {
    const env = {
      API_TOKENS: 'hunter2=everything',
      DATABASE_URL: 'mysql://root:hunter2@db',
      KAFKA_SASL_PASSWORD: 'hunter2',
    };
    const error = failure(env);
    expect(error.problems.map((p) => p.key).sort()).toEqual([
      'API_TOKENS',
      'DATABASE_URL',
      'KAFKA_SASL_MECHANISM',
      'KAFKA_SASL_USERNAME',
    ]);
    expect(JSON.stringify(error.problems) + error.message).not.toContain('hunter2');
  });

  it('refuses two servers on one port', () => {
    expect(failure({ GRPC_PORT: '8080' }).message).toContain('GRPC_PORT');
    expect(failure({ PORT: '8090' }).message).toContain('SANDBOX_PORT');
    expect(loadConfig({ PORT: '0', GRPC_PORT: '0', SANDBOX_PORT: '0' }).http.port).toBe(0);
  });

  it('takes an empty value for an absent one', () => {
    expect(loadConfig({ DATABASE_URL: '', PORT: ' ' })).toEqual(loadConfig({}));
  });

  it('reads tokens with their scopes', () => {
    const { apiTokens } = loadConfig({
      API_TOKENS: 'aaaaaaaaaaaaaaaa=read, bbbbbbbbbbbbbbbb=operate+pay',
    });
    expect(apiTokens).toEqual([
      { token: 'aaaaaaaaaaaaaaaa', scopes: ['read'] },
      { token: 'bbbbbbbbbbbbbbbb', scopes: ['operate', 'pay'] },
    ]);
  });

  it('keeps three copies where three brokers are listed, else one', () => {
    const copies = (brokers: string): number | undefined =>
      loadConfig({ KAFKA_BROKERS: brokers }).kafka?.replicationFactor;
    expect(copies('a:1,b:2,c:3')).toBe(3);
    expect(copies('a:1,b:2')).toBe(1);
  });

  it('switches gRPC reflection off in production, unless told otherwise', () => {
    expect(loadConfig({ NODE_ENV: 'production' }).grpc.isReflectionOn).toBe(false);
    const told = loadConfig({ NODE_ENV: 'production', GRPC_REFLECTION: 'on' });
    expect(told.grpc.isReflectionOn).toBe(true);
  });
});

describe('.env.example', () => {
  it('has every known key and no other', () => {
    const keys = [...EXAMPLE.matchAll(/^#?([A-Z_]+)=/gm)].map((match) => match[1]);
    expect(keys.sort()).toEqual([...CONFIG_KEYS].sort());
  });

  it('shows the defaults', () => {
    expect(loadConfig(entries(/^([A-Z_]+)=(.*)$/gm))).toEqual(loadConfig({}));
  });

  it('shows examples that are allowed', () => {
    expect(() => loadConfig(entries(/^#?([A-Z_]+)=(.*)$/gm))).not.toThrow();
  });
});

function entries(pattern: RegExp): Record<string, string> {
  return Object.fromEntries([...EXAMPLE.matchAll(pattern)].map((m) => [m[1] ?? '', m[2] ?? '']));
}

function failure(env: Record<string, string>): ConfigError {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('The environment was accepted.');
}
