import { resolve } from 'node:path';
import type { Config } from '#platform/config.js';
import { paint } from '#platform/terminal.js';
import type { Standalone } from './start-standalone.js';

/** Where everything is, and three things to try. */
export function welcomeText(
  { port, grpcPort, sandbox, token }: Standalone,
  { config, logPath, orderId }: WelcomeFacts,
): string {
  const url = `http://127.0.0.1:${port}`;
  const flags = commandFlags(config);
  const rows = [
    ['REST', `${url}/v1/orders   (${url}/openapi.json)`],
    ['Webhooks', `${url}/webhooks/{source}`],
    ['gRPC', `127.0.0.1:${grpcPort}`],
    ...(sandbox === null ? [] : [['Sandbox', sandbox.url]]),
    ['Token', token],
    ['Data', resolve(config.dataDir)],
    ['Log lines', logPath === null ? 'stdout' : resolve(logPath)],
  ];
  const commands = [
    ...(sandbox === null
      ? []
      : [`npx cuadre send --provider cobru --event paid --dup 2${flags.sandbox}`]),
    `npx cuadre trace ${orderId}${flags.api}`,
    `curl -H "Authorization: Bearer ${token}" ${url}/v1/orders`,
    ...(sandbox === null ? [`npx cuadre status${flags.api}`] : []),
  ];
  return [
    '',
    ...rows.map(([name = '', value = '']) => `  ${paint(name.padEnd(10), 'dim')} ${value}`),
    '',
    'Try next, in another terminal:',
    ...commands.map((command) => `  ${paint(command, 'bold')}`),
    '',
    'Ctrl-C stops.',
  ].join('\n');
}

export type WelcomeFacts = {
  readonly config: Config;
  /** Null where the log lines go to stdout. */
  readonly logPath: string | null;
  /** An order to trace. */
  readonly orderId: string;
};

/** What the CLI must be told where the settings differ from the defaults. */
function commandFlags({ http, sandbox, apiTokenFile, dataDir }: Config): {
  readonly api: string;
  readonly sandbox: string;
} {
  const url = http.port === 8080 ? '' : ` --url http://127.0.0.1:${http.port}`;
  const token = dataDir === './data' ? '' : ` --token "$(cat ${resolve(apiTokenFile)})"`;
  const sandboxUrl = sandbox.port === 8090 ? '' : ` --sandbox-url http://127.0.0.1:${sandbox.port}`;
  return { api: `${url}${token}`, sandbox: sandboxUrl };
}
