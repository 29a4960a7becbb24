import { parseArgs } from 'node:util';

export const HELP = `Usage: npm start [-- options]

Runs every part of Cuadre in one process, with a PostgreSQL of its own and a sandbox that plays the
providers. Options win over the environment; .env.example lists every setting.

  --no-demo              do not send the stream of test webhooks        (DEMO=off)
  --no-lookups           do not ask providers to confirm claims         (LOOKUPS=off)
  --no-sandbox           do not start the sandbox; also no demo         (SANDBOX=off)
  --data-dir <folder>    where everything is kept                       (DATA_DIR, default ./data)
  --port <port>          webhooks and REST                              (PORT, default 8080)
  --grpc-port <port>     gRPC                                           (GRPC_PORT, default 50051)
  --sandbox-port <port>  the sandbox                                    (SANDBOX_PORT, default 8090)
  --host <address>       address to listen on                           (HOST, default 0.0.0.0)
  --logs <where>         file (DATA_DIR/cuadre.log) or stdout           (default file)
  --help
`;

export type StandaloneOptions = {
  readonly isHelp: boolean;
  /** Settings of the environment that the options replace. */
  readonly env: Readonly<Record<string, string>>;
  readonly isLoggingToStdout: boolean;
};

/** Null with the reason where the arguments cannot be understood. */
export function parseStandaloneOptions(
  args: readonly string[],
): StandaloneOptions | { readonly refused: string } {
  let values;
  try {
    values = parseArgs({ args: [...args], options: OPTIONS, strict: true }).values;
  } catch (error) {
    // node:util tells wrong usage only by throwing.
    return { refused: error instanceof Error ? error.message : String(error) };
  }
  const env: Record<string, string> = {};
  for (const [name, key] of TEXTS) {
    const value = values[name];
    if (value !== undefined) env[key] = value;
  }
  if (values['no-demo'] === true) env['DEMO'] = 'off';
  if (values['no-lookups'] === true) env['LOOKUPS'] = 'off';
  if (values['no-sandbox'] === true) env['SANDBOX'] = 'off';
  const logs = values.logs ?? 'file';
  if (logs !== 'file' && logs !== 'stdout') {
    return { refused: `--logs is file or stdout, not \`${logs}\`.` };
  }
  return { isHelp: values.help === true, env, isLoggingToStdout: logs === 'stdout' };
}

const OPTIONS = {
  'no-demo': { type: 'boolean' },
  'no-lookups': { type: 'boolean' },
  'no-sandbox': { type: 'boolean' },
  'data-dir': { type: 'string' },
  port: { type: 'string' },
  'grpc-port': { type: 'string' },
  'sandbox-port': { type: 'string' },
  host: { type: 'string' },
  logs: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

const TEXTS = [
  ['data-dir', 'DATA_DIR'],
  ['port', 'PORT'],
  ['grpc-port', 'GRPC_PORT'],
  ['sandbox-port', 'SANDBOX_PORT'],
  ['host', 'HOST'],
] as const;
