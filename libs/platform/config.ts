import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/**
 * Everything that the environment may decide, parsed once. The only reader of `process.env`.
 * Throws `ConfigError`, which names every bad key. An empty value counts as absent.
 */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const given = givenValues(env);
  const parsed = SETTINGS.safeParse(given);
  const problems = [
    ...(parsed.error?.issues ?? []).map((issue) => ({
      key: String(issue.path[0]),
      found: foundText(given, String(issue.path[0])),
      allowed: issue.message,
    })),
    ...contradictions(given),
  ];
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  return toConfig(parsed.data, given);
}

/** As `loadConfig`, with settings that win over the environment: those of a command line. */
export function loadConfigWith(overrides: Readonly<Record<string, string>>): Config {
  return loadConfig({ ...process.env, ...overrides });
}

/** Puts the keys of an env file (default `.env`), where there is one, beside those already set. */
export function loadEnvFile(path = '.env'): void {
  if (existsSync(path)) process.loadEnvFile(path);
}

export type Config = {
  readonly nodeEnv: string | null;
  /** One deployment is one environment. */
  readonly environment: 'test' | 'live';
  readonly http: { readonly host: string; readonly port: number; readonly bodyLimitBytes: number };
  readonly grpc: { readonly port: number; readonly isReflectionOn: boolean };
  readonly sandbox: { readonly isOn: boolean; readonly port: number; readonly seed: number };
  readonly dataDir: string;
  /** A null url means: start the embedded PostgreSQL in the data folder. */
  readonly database: { readonly url: string | null; readonly poolMax: number };
  /** Null means: the log is the PostgreSQL adapter. */
  readonly kafka: KafkaConfig | null;
  readonly log: LogConfig;
  readonly accounts: { readonly file: string; readonly isDefault: boolean };
  readonly keyRingDir: string;
  /** Empty in standalone means: make one and keep it in `apiTokenFile`. */
  readonly apiTokens: readonly ApiToken[];
  readonly apiTokenFile: string;
  readonly isLookupsOn: boolean;
  readonly isDemoOn: boolean;
  readonly logging: { readonly level: LogLevel; readonly isPretty: boolean };
  /** A null endpoint means that no telemetry is exported and no SDK is loaded. */
  readonly telemetry: { readonly endpoint: string | null; readonly serviceName: string | null };
  readonly projector: { readonly batchRecordsMax: number };
  readonly ledger: LedgerConfig;
  readonly minPositionWaitMs: number;
  readonly shutdownTimeoutMs: number;
};

export type KafkaConfig = {
  /** `host:port`, at least one. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly isSsl: boolean;
  readonly sasl: {
    readonly mechanism: SaslMechanism;
    readonly username: string;
    readonly password: string;
  } | null;
  readonly sessionTimeoutMs: number;
  readonly replicationFactor: number;
};

export type LogConfig = {
  readonly partitions: number;
  readonly appendTimeoutMs: number;
  readonly appendQueueRecordsMax: number;
  readonly appendQueueBytesMax: number;
};

/** Where the heads of the books are signed to: outside the database. */
export type LedgerConfig = {
  readonly headsFile: string;
  /** Folder of the key that signs them. */
  readonly keyDir: string;
  /** A partition's head is signed at most this often. */
  readonly signEveryMs: number;
};

export const API_SCOPES = ['read', 'operate', 'pay', 'originals'] as const;
export type ApiScope = (typeof API_SCOPES)[number];
export type ApiToken = { readonly token: string; readonly scopes: readonly ApiScope[] };

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const SASL_MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;
export type SaslMechanism = (typeof SASL_MECHANISMS)[number];

export type ConfigProblem = {
  readonly key: string;
  /** What was found, quoted; never the value of a secret. */
  readonly found: string;
  readonly allowed: string;
};

/** Thrown at boot; the message has one line for each bad key. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];
  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map((p) => `  ${p.key}: found ${p.found}; allowed: ${p.allowed}`);
    super(`${problems.length} bad setting(s) in the environment:\n${lines.join('\n')}`);
    this.problems = problems;
  }
}

const SETTINGS = z.object({
  PORT: port().default(8080),
  HOST: text(/^[A-Za-z0-9.:_-]{1,253}$/, 'a host name or an IP address').default('0.0.0.0'),
  GRPC_PORT: port().default(50_051),
  SANDBOX_PORT: port().default(8090),
  DATA_DIR: text(/^.{1,1024}$/, 'a folder').default('./data'),
  DATABASE_URL: text(
    /^postgres(ql)?:\/\/\S+$/,
    'a postgresql:// URL, or absent for embedded',
  ).optional(),
  DATABASE_POOL_MAX: integer(1, 1000).default(10),
  KAFKA_BROKERS: brokerList().optional(),
  KAFKA_CLIENT_ID: text(/^[A-Za-z0-9._-]{1,100}$/, '1-100 of A-Z a-z 0-9 . _ -').default('cuadre'),
  KAFKA_SSL: onOff().default(false),
  KAFKA_SASL_MECHANISM: oneOf(SASL_MECHANISMS).optional(),
  KAFKA_SASL_USERNAME: text(/^.+$/, 'a user name').optional(),
  KAFKA_SASL_PASSWORD: text(/^.+$/, 'a password').optional(),
  KAFKA_SESSION_TIMEOUT_MS: integer(3000, 300_000).default(10_000),
  KAFKA_REPLICATION_FACTOR: integer(1, 9).optional(),
  LOG_PARTITIONS: integer(1, 120).default(12),
  ACCOUNTS_FILE: text(/^.{1,1024}$/, 'a file').optional(),
  KEY_RING_DIR: text(/^.{1,1024}$/, 'a folder').optional(),
  API_TOKENS: tokenList().default([]),
  ENVIRONMENT: oneOf(['test', 'live']).default('test'),
  LOOKUPS: onOff().default(true),
  DEMO: onOff().default(true),
  SANDBOX: onOff().default(true),
  SANDBOX_SEED: integer(0, 4_294_967_295).default(1),
  LOG_LEVEL: oneOf(LOG_LEVELS).default('info'),
  LOG_PRETTY: onOff().default(false),
  NODE_ENV: text(/^[a-z]{1,40}$/, 'a lower-case word, e.g. production').optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: text(/^https?:\/\/[^\s?#]+$/, 'an http(s) URL').optional(),
  OTEL_SERVICE_NAME: text(/^[\w.-]{1,100}$/, '1-100 of A-Z a-z 0-9 . _ -').optional(),
  APPEND_TIMEOUT_MS: integer(50, 60_000).default(2000),
  APPEND_QUEUE_RECORDS_MAX: integer(1, 1_000_000).default(20_000),
  APPEND_QUEUE_BYTES_MAX: integer(1_048_576, 4_294_967_296).default(67_108_864),
  // A record of the log is at most 1 MiB, and holds the sealed body beside the facts of it.
  BODY_LIMIT_BYTES: integer(1024, 917_504).default(262_144),
  PROJECTOR_BATCH_RECORDS_MAX: integer(1, 100_000).default(2000),
  LEDGER_HEADS_FILE: text(/^.{1,1024}$/, 'a file').optional(),
  LEDGER_KEY_DIR: text(/^.{1,1024}$/, 'a folder').optional(),
  LEDGER_SIGN_EVERY_MS: integer(1000, 3_600_000).default(60_000),
  MIN_POSITION_WAIT_MS: integer(0, 60_000).default(2000),
  SHUTDOWN_TIMEOUT_MS: integer(100, 600_000).default(10_000),
  GRPC_REFLECTION: onOff().optional(),
});

/** Every key that Cuadre reads. */
export const CONFIG_KEYS: readonly string[] = Object.keys(SETTINGS.shape);

const SECRET_KEYS: ReadonlySet<string> = new Set([
  'API_TOKENS',
  'DATABASE_URL',
  'KAFKA_SASL_PASSWORD',
  'KAFKA_SASL_USERNAME',
]);

type Settings = z.infer<typeof SETTINGS>;
type Given = Readonly<Record<string, string>>;

function toConfig(settings: Settings, given: Given): Config {
  const dataDir = settings.DATA_DIR;
  const keyRingDir = settings.KEY_RING_DIR ?? join(dataDir, 'keys');
  return {
    nodeEnv: settings.NODE_ENV ?? null,
    environment: settings.ENVIRONMENT,
    http: { host: settings.HOST, port: settings.PORT, bodyLimitBytes: settings.BODY_LIMIT_BYTES },
    grpc: {
      port: settings.GRPC_PORT,
      isReflectionOn: settings.GRPC_REFLECTION ?? settings.NODE_ENV !== 'production',
    },
    sandbox: {
      isOn: settings.SANDBOX,
      port: settings.SANDBOX_PORT,
      seed: settings.SANDBOX_SEED,
    },
    dataDir,
    database: { url: settings.DATABASE_URL ?? null, poolMax: settings.DATABASE_POOL_MAX },
    kafka: toKafkaConfig(settings),
    log: {
      partitions: settings.LOG_PARTITIONS,
      appendTimeoutMs: settings.APPEND_TIMEOUT_MS,
      appendQueueRecordsMax: settings.APPEND_QUEUE_RECORDS_MAX,
      appendQueueBytesMax: settings.APPEND_QUEUE_BYTES_MAX,
    },
    accounts: {
      file: settings.ACCOUNTS_FILE ?? join(dataDir, 'accounts.json'),
      isDefault: given['ACCOUNTS_FILE'] === undefined,
    },
    keyRingDir,
    apiTokens: settings.API_TOKENS,
    apiTokenFile: join(dataDir, 'api-token'),
    isLookupsOn: settings.LOOKUPS,
    isDemoOn: settings.DEMO,
    logging: { level: settings.LOG_LEVEL, isPretty: settings.LOG_PRETTY },
    telemetry: {
      endpoint: settings.OTEL_EXPORTER_OTLP_ENDPOINT ?? null,
      serviceName: settings.OTEL_SERVICE_NAME ?? null,
    },
    projector: { batchRecordsMax: settings.PROJECTOR_BATCH_RECORDS_MAX },
    ledger: {
      headsFile: settings.LEDGER_HEADS_FILE ?? join(dataDir, 'ledger-heads.jsonl'),
      keyDir: settings.LEDGER_KEY_DIR ?? keyRingDir,
      signEveryMs: settings.LEDGER_SIGN_EVERY_MS,
    },
    minPositionWaitMs: settings.MIN_POSITION_WAIT_MS,
    shutdownTimeoutMs: settings.SHUTDOWN_TIMEOUT_MS,
  };
}

function toKafkaConfig(settings: Settings): KafkaConfig | null {
  const brokers = settings.KAFKA_BROKERS;
  if (brokers === undefined) return null;
  return {
    brokers,
    clientId: settings.KAFKA_CLIENT_ID,
    isSsl: settings.KAFKA_SSL,
    sasl:
      settings.KAFKA_SASL_MECHANISM === undefined
        ? null
        : {
            mechanism: settings.KAFKA_SASL_MECHANISM,
            username: settings.KAFKA_SASL_USERNAME ?? '',
            password: settings.KAFKA_SASL_PASSWORD ?? '',
          },
    sessionTimeoutMs: settings.KAFKA_SESSION_TIMEOUT_MS,
    replicationFactor: settings.KAFKA_REPLICATION_FACTOR ?? (brokers.length >= 3 ? 3 : 1),
  };
}

/** Keys that are fine alone but not together. */
function contradictions(given: Given): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const sasl = ['KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'];
  const missing = sasl.filter((key) => given[key] === undefined);
  if (missing.length < sasl.length) {
    for (const key of missing) {
      problems.push({ key, found: 'nothing', allowed: `all of ${sasl.join(', ')}, or none` });
    }
  }
  const ports = { PORT: '8080', GRPC_PORT: '50051', SANDBOX_PORT: '8090', ...given };
  if (ports.GRPC_PORT === ports.PORT && ports.PORT !== '0') {
    const allowed = 'a port other than PORT';
    problems.push({ key: 'GRPC_PORT', found: JSON.stringify(ports.GRPC_PORT), allowed });
  }
  if ([ports.PORT, ports.GRPC_PORT].includes(ports.SANDBOX_PORT) && ports.SANDBOX_PORT !== '0') {
    const allowed = 'a port other than PORT and GRPC_PORT';
    problems.push({ key: 'SANDBOX_PORT', found: JSON.stringify(ports.SANDBOX_PORT), allowed });
  }
  return problems;
}

function givenValues(env: NodeJS.ProcessEnv): Given {
  const given: Record<string, string> = {};
  for (const key of CONFIG_KEYS) {
    const value = env[key]?.trim();
    if (value !== undefined && value !== '') given[key] = value;
  }
  return given;
}

function foundText(given: Given, key: string): string {
  const value = given[key];
  if (value === undefined) return 'nothing';
  return SECRET_KEYS.has(key) ? 'a value that is not shown' : JSON.stringify(value.slice(0, 100));
}

/** A setting: `parse` answers null for what is not allowed; `allowed` says what is. */
function setting<T>(allowed: string, parse: (value: string) => T | null) {
  return z.string().transform((value, context): T => {
    const result = parse(value);
    if (result !== null) return result;
    context.addIssue({ code: 'custom', message: allowed });
    return z.NEVER;
  });
}

function text(pattern: RegExp, allowed: string) {
  return setting(allowed, (value) => (pattern.test(value) ? value : null));
}

function integer(min: number, max: number) {
  return setting(`a whole number from ${min} to ${max}`, (value) => {
    const number = /^\d{1,15}$/.test(value) ? Number(value) : -1;
    return number >= min && number <= max ? number : null;
  });
}

function port() {
  return integer(0, 65_535);
}

function onOff() {
  return setting('on or off', (value) => {
    if (['on', 'true', '1'].includes(value.toLowerCase())) return true;
    return ['off', 'false', '0'].includes(value.toLowerCase()) ? false : null;
  });
}

function oneOf<const T extends string>(values: readonly T[]) {
  return setting(`one of ${values.join(', ')}`, (value) => values.find((v) => v === value) ?? null);
}

function brokerList() {
  return setting('host:port, several with commas', (value) => {
    const brokers = value.split(',').map((broker) => broker.trim());
    return brokers.every((broker) => /^[^\s:]+:\d{1,5}$/.test(broker)) ? brokers : null;
  });
}

function tokenList() {
  const allowed = `token=scope+scope, several with commas; a token is 16-200 of A-Z a-z 0-9 . _ ~ -; scopes: ${API_SCOPES.join(', ')}`;
  return setting(allowed, (value) => {
    const tokens = value.split(',').map((entry) => parseToken(entry.trim()));
    const known = tokens.filter((token) => token !== null);
    return known.length === tokens.length ? known : null;
  });
}

function parseToken(entry: string): ApiToken | null {
  const match = /^([A-Za-z0-9._~-]{16,200})=([a-z+]+)$/.exec(entry);
  if (match === null) return null;
  const [, token = '', names = ''] = match;
  const scopes = names.split('+').map((name) => API_SCOPES.find((scope) => scope === name));
  const known = scopes.filter((scope) => scope !== undefined);
  return known.length === scopes.length ? { token, scopes: known } : null;
}
