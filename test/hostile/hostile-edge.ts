import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { MemoryEventLog } from '#event-log/memory/memory-event-log.js';
import { openKeyRing } from '#events/file-key-ring.js';
import { HealthRegistry } from '#platform/health.js';
import { createLogger } from '#platform/logger.js';
import { Metrics } from '#platform/metrics.js';
import { parseAccounts } from '#providers/parse-accounts.js';
import { createIngestServer } from '../../apps/ingest/ingest-server.js';

export const MINT_SECRET = 'mintcash-hostile-secret';
export const COBRU_SECRET = 'cobru-hostile-url-secret';
export const EDGE_BODY_LIMIT_BYTES = 65_536;
/** Of the accounts file. */
export const EDGE_ENTRIES = [
  { id: 'mint', provider: 'mintcash', secret: MINT_SECRET },
  { id: 'cobru', provider: 'cobru', secret: COBRU_SECRET },
] as const;

export type EdgeOptions = {
  readonly change?: (server: Server) => void;
  readonly bodyLimitBytes?: number;
};

/** The ingest process as it is deployed, but for its log, which is in memory. */
export class HostileEdge {
  readonly lines: string[] = [];
  readonly metrics = new Metrics();
  readonly log = new MemoryEventLog({ topic: 'observations' });
  readonly #directory = mkdtempSync(join(tmpdir(), 'cuadre-hostile-'));
  #app: NestFastifyApplication | null = null;

  private constructor(private readonly bodyLimitBytes: number) {}

  /** @param options.change made to the HTTP server before it listens */
  static async open({
    change = () => {},
    bodyLimitBytes = EDGE_BODY_LIMIT_BYTES,
  }: EdgeOptions = {}): Promise<HostileEdge> {
    const edge = new HostileEdge(bodyLimitBytes);
    await edge.#listen(change);
    return edge;
  }

  get port(): number {
    const address = this.#server.address();
    if (typeof address !== 'object' || address === null) throw new Error('Not listening.');
    return address.port;
  }

  get #server(): Server {
    if (this.#app === null) throw new Error('Not open.');
    return this.#app.getHttpServer();
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await this.#app?.close();
    await this.log.close();
    rmSync(this.#directory, { recursive: true });
  }

  genuine(eventId: string): Promise<Neighbour> {
    return postGenuine(this.port, eventId);
  }

  async #listen(change: (server: Server) => void): Promise<void> {
    const parsed = parseAccounts(JSON.stringify({ accounts: EDGE_ENTRIES }));
    if ('problems' in parsed) throw new Error(parsed.problems.join());
    const stream = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this.lines.push(chunk.toString());
        done();
      },
    });
    this.#app = await createIngestServer({
      accounts: parsed.accounts,
      observations: this.log,
      keyRing: openKeyRing(join(this.#directory, 'keys'), { create: true }),
      database: null,
      config: { http: { host: '127.0.0.1', port: 0, bodyLimitBytes: this.bodyLimitBytes } },
      logger: createLogger({ logging: { level: 'info', isPretty: false } }, { stream }),
      metrics: this.metrics,
      health: new HealthRegistry(),
    });
    await this.#app.init();
    change(this.#server);
    await this.#app.listen(0, '127.0.0.1');
  }
}

/** How a genuine event fared beside what was hostile. */
export type Neighbour = { readonly status: number; readonly tookMs: number };

/** A genuine MintCash event, on a connection of its own. */
export async function postGenuine(port: number, eventId: string): Promise<Neighbour> {
  const body = genuineBody(eventId);
  const startedAtMs = performance.now();
  const response = await fetch(`http://127.0.0.1:${port}/webhooks/mint`, {
    method: 'POST',
    headers: { 'x-signature': signatureOf(body), connection: 'close' },
    body,
  });
  await response.text();
  return { status: response.status, tookMs: performance.now() - startedAtMs };
}

export function genuineBody(eventId: string, note = ''): string {
  return JSON.stringify({
    eventId,
    event: 'payment.succeeded',
    type: 'payment',
    environment: 'test',
    createdAt: '2026-06-30T15:41:21.585Z',
    note,
    data: { id: `p-${eventId}`, externalId: `o-${eventId}`, amount: 1.25, currency: 'USD' },
  });
}

export function signatureOf(body: string | Buffer): string {
  return createHmac('sha256', MINT_SECRET).update(body).digest('hex');
}
