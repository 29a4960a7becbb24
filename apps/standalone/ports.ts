import { createServer } from 'node:net';
import type { Config } from '#platform/config.js';
import { SetupError } from './setup-error.js';

/** Refuses taken ports before anything is started, naming the setting to change. */
export async function assertPortsFree({ http, grpc, sandbox }: Config): Promise<void> {
  const wanted = [
    { setting: 'PORT', port: http.port, host: http.host },
    { setting: 'GRPC_PORT', port: grpc.port, host: http.host },
    ...(sandbox.isOn ? [{ setting: 'SANDBOX_PORT', port: sandbox.port, host: SANDBOX_HOST }] : []),
  ];
  const problems = (await Promise.all(wanted.map(problemOf))).filter((text) => text !== null);
  if (problems.length > 0) throw new SetupError(problems.join('\n'));
}

/** The sandbox signs whatever it is asked to, so it is for this machine alone. */
export const SANDBOX_HOST = '127.0.0.1';

async function problemOf({
  setting,
  port,
  host,
}: {
  setting: string;
  port: number;
  host: string;
}): Promise<string | null> {
  if (port === 0) return null;
  const code = await new Promise<string | null>((resolve) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'unknown'));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(null)));
  });
  if (code === null) return null;
  if (code === 'EADDRINUSE') {
    return `Port ${port} is taken (another copy of Cuadre?). Set ${setting} to another port.`;
  }
  return `Port ${port} on ${host} cannot be used (${code}). Set ${setting} or HOST.`;
}
