import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import fastify, { type FastifyInstance } from 'fastify';
import { MemoryEventLog } from '#event-log/memory/memory-event-log.js';
import { decodeObservation } from '#events/envelope.js';
import { openKeyRing, type FileKeyRing } from '#events/file-key-ring.js';
import type { Observation } from '#events/observation.js';
import { unseal } from '#events/sealing.js';
import { createLogger } from '#platform/logger.js';
import { Metrics } from '#platform/metrics.js';
import { parseAccounts } from '#providers/parse-accounts.js';
import { providerOf } from '#providers/registry.js';
import type { RefusedDelivery } from '#read-models/writes/refused-deliveries.js';
import { AcceptDelivery } from '../../apps/ingest/accept-delivery.js';
import { IngestMetrics } from '../../apps/ingest/ingest-metrics.js';
import { SourceDirectory } from '../../apps/ingest/source-directory.js';
import { webhookRoutes, webhookServerOptions } from '../../apps/ingest/webhook-route.js';

export const SECRET = 'mintcash-signing-secret';
export const OLD_SECRET = 'mintcash-secret-of-last-year';
export const URL_SECRET = 'cobru-url-secret-1234567890';
export const TOKEN_KEY = { id: 'k1', value: 'cobru-token-key-1234567890' };
export const BODY_LIMIT_BYTES = 4_096;
const rate = (perSecond: number, burst: number): object => ({ perSecond, burst });
const HMAC = {
  mode: 'hmac',
  secrets: [
    { id: 's2', value: SECRET },
    { id: 's1', value: OLD_SECRET },
  ],
};
export const CONOMY_SECRET = 'conomy-webhook-secret';
export const TONDER_SECRET = 'tonderwebhooksecret0abc123';
const FIXED = {
  mode: 'static',
  secrets: [
    { id: 's2', value: TONDER_SECRET },
    { id: 's1', value: `${TONDER_SECRET}-of-last-year` },
  ],
};
const TONDER_SIGNATURE = {
  mode: 'hmac',
  header: 'tonder-signature',
  secrets: [{ id: 's1', value: TONDER_SECRET }],
};
const ACCOUNTS = {
  accounts: [
    { id: 'conomy', provider: 'conomy', secret: CONOMY_SECRET },
    {
      id: 'tonder',
      provider: 'tonder',
      sources: [
        { name: 'tonder-bearer', verification: { ...FIXED, scheme: 'bearer' } },
        { name: 'tonder-token', verification: { ...FIXED, scheme: 'header', header: 'x-api-key' } },
        { name: 'tonder-basic', verification: { ...FIXED, scheme: 'basic', username: 'tonder' } },
        { name: 'tonder-none', verification: { mode: 'none' } },
        { name: 'tonder-hosted', verification: { ...TONDER_SIGNATURE, enforcement: 'log' } },
        {
          name: 'tonder-hosted-slow',
          verification: { ...TONDER_SIGNATURE, enforcement: 'log' },
          rate: { verified: rate(0.5, 2), unverified: rate(0.5, 2) },
        },
        { name: 'tonder-hosted-strict', verification: TONDER_SIGNATURE },
      ],
    },
    {
      id: 'mint',
      provider: 'mintcash',
      sources: [
        { name: 'mint', verification: HMAC },
        { name: 'mint-quiet', verification: HMAC, wrongEnvironmentStatus: 200 },
        {
          name: 'mint-slow',
          verification: HMAC,
          rate: { verified: rate(0.5, 2), unverified: rate(0.5, 2) },
        },
      ],
    },
    {
      id: 'cobru-co',
      provider: 'cobru',
      sources: [
        {
          name: 'cobru',
          verification: {
            mode: 'url',
            secrets: [{ id: 's1', value: URL_SECRET }],
            tokenKeys: [TOKEN_KEY],
          },
        },
        {
          name: 'cobru-slow',
          verification: { mode: 'url', secrets: [{ id: 's1', value: URL_SECRET }] },
          rate: { verified: rate(0.5, 2), unverified: rate(0.5, 2) },
        },
      ],
    },
  ],
};

/** The webhook edge on a real HTTP server, before a log in memory. */
export class WebhookEdge {
  readonly logLines: string[] = [];
  readonly refused: RefusedDelivery[] = [];
  readonly metrics = new Metrics();
  url = '';
  private constructor(
    readonly log: MemoryEventLog,
    readonly keyRing: FileKeyRing,
    private readonly server: FastifyInstance,
    private readonly directory: string,
  ) {}

  static async open(log = new MemoryEventLog({ topic: 'observations' })): Promise<WebhookEdge> {
    const directory = mkdtempSync(join(tmpdir(), 'cuadre-edge-'));
    const keyRing = openKeyRing(join(directory, 'keys'), { create: true });
    const edge = new WebhookEdge(log, keyRing, fastify(webhookServerOptions), directory);
    await edge.serve();
    return edge;
  }

  async close(): Promise<void> {
    await this.server.close();
    await this.log.close();
    rmSync(this.directory, { recursive: true });
  }

  async post(
    path: string,
    body: string | Buffer,
    headers: Record<string, string> = {},
  ): Promise<Posted> {
    const response = await fetch(`${this.url}/webhooks/${path}`, {
      method: 'POST',
      body: new Uint8Array(Buffer.from(body)),
      headers,
    });
    const json = (await response.json()) as Record<string, unknown>;
    return { status: response.status, headers: response.headers, json };
  }

  async observations(): Promise<Observation[]> {
    const found: Observation[] = [];
    for (const [partition, end] of (await this.log.endPositions()).entries()) {
      for await (const batch of this.log.read(partition, 0n, end)) {
        found.push(...batch.map((record) => decodeObservation(record)));
      }
    }
    return found;
  }

  async onlyObservation(): Promise<Observation> {
    const [first, ...rest] = await this.observations();
    if (first === undefined || rest.length > 0) {
      throw new Error(`There are ${rest.length + (first === undefined ? 0 : 1)} observations.`);
    }
    return first;
  }

  /** The exact bytes that came, or why they cannot be had. */
  opened({ id, account, route, subject, sealed }: Observation): string {
    if (sealed === null) throw new Error('Nothing was sealed.');
    const unsealed = unseal(sealed, { id, source: `/${account}/${route}`, subject }, this.keyRing);
    return 'bytes' in unsealed ? unsealed.bytes.toString() : unsealed.refused;
  }

  private async serve(): Promise<void> {
    const parsed = parseAccounts(JSON.stringify(ACCOUNTS), 'test');
    if ('problems' in parsed) throw new Error(parsed.problems.join());
    const stream = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this.logLines.push(chunk.toString());
        done();
      },
    });
    const logger = createLogger({ logging: { level: 'trace', isPretty: false } }, { stream });
    const acceptDelivery = new AcceptDelivery({
      sources: new SourceDirectory(parsed.accounts, { providerOf, nowMs: Date.now() }),
      log: this.log,
      keyRing: this.keyRing,
      onRefused: (delivery) => this.refused.push(delivery),
      metrics: new IngestMetrics(this.metrics),
      logger,
      nowMs: Date.now,
      bodyLimitBytes: BODY_LIMIT_BYTES,
    });
    await this.server.register(webhookRoutes, { acceptDelivery, logger });
    this.url = await this.server.listen({ host: '127.0.0.1', port: 0 });
  }
}

export type Posted = {
  readonly status: number;
  readonly headers: Headers;
  readonly json: Record<string, unknown>;
};

export function sign(body: string | Buffer, secret = SECRET): Record<string, string> {
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  return { 'x-signature': signature, 'content-type': 'application/json' };
}

export function mintcashEvent(changes: object = {}): string {
  return JSON.stringify({
    eventId: 'e8a963c3-7800-4392-9050-7baf32905048',
    event: 'payment.succeeded',
    type: 'payment',
    apiVersion: '2026-05-01',
    environment: 'test',
    createdAt: '2026-06-30T15:41:21.585Z',
    data: {
      id: '5807f36c-a19d-4a65-838c-4749f07ca66e',
      externalId: 'order-1',
      status: 'succeeded',
      amount: 1.25,
      currency: 'USD',
    },
    ...changes,
  });
}

export const COBRU_BODY =
  '{"state":3,"payment_method":"Bre-B","amount":"50000.00","url":"3gofdf6f"}';
