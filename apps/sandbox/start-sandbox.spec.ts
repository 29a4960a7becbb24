import { createHash, createHmac } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createHttpClient } from '#platform/http-client.js';
import { createLogger } from '#platform/logger.js';
import type { Account } from '#providers/account.js';
import { cobruClient } from '#providers/cobru/client.js';
import { ProviderUnavailable } from '#providers/provider.js';
import { sandboxTestAccounts } from './plan/test-accounts.js';
import { startSandbox, type RunningSandbox } from './start-sandbox.js';

type Delivery = { readonly url: string; readonly body: Buffer; readonly signature: unknown };

const accounts = sandboxTestAccounts();
const logger = createLogger({ logging: { level: 'silent', isPretty: false } });
let edge: Server;
let edgeUrl: string;
let seen: Delivery[] = [];
/** What the webhook edge answers: a status, or null to cut the connection. */
let answer: (delivery: Delivery, sent: number) => number | null;
let dataDir: string;
let sandbox: RunningSandbox;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'cuadre-sandbox-'));
  edge = createServer((request, response) => {
    void bytesOf(request).then((body) => {
      const delivery = {
        url: request.url ?? '',
        body,
        signature: request.headers['x-signature'],
      };
      seen.push(delivery);
      const sent = seen.filter((one) => isSame(one, delivery)).length;
      const status = answer(delivery, sent);
      if (status === null) return void response.destroy();
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ requestId: `r-${seen.length}`, position: 'p' }));
    });
  });
  await new Promise<void>((resolve) => edge.listen(0, '127.0.0.1', resolve));
  const address = edge.address();
  edgeUrl = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  sandbox = await start();
});

afterAll(async () => {
  await sandbox.stop();
  edge.close();
  await rm(dataDir, { recursive: true });
});

beforeEach(async () => {
  seen = [];
  answer = () => 200;
  await control('PUT', 'faults', { fault: 'none' });
});

describe('a storm', () => {
  it('is sent again until it is taken, then never again, and every 2xx is in the journal', async () => {
    answer = (delivery, sent) => {
      if (delivery.url.startsWith('/webhooks/mintcash') && !isSigned(delivery)) return 401;
      return sent === 1 ? 503 : sent === 2 ? null : 200;
    };
    const storm = {
      seed: 3,
      count: 40,
      ratePerSecond: 400,
      duplicates: 0,
      forgeries: 20,
      providers: ['mintcash', 'cobru'],
      retries: 'persistent',
    };
    const lines = await plan('storms', { ...storm, journal: 'storm.jsonl' });
    const summary = lines.at(-1);
    expect(summary).toMatchObject({ type: 'summary', isWhole: true });
    const { accepted = 0, refused = 0 } = summary?.counts ?? {};
    expect(accepted + refused).toBe(40);
    expect(refused).toBeGreaterThan(0);
    expect(summary?.counts).toMatchObject({ givenUp: 0, forgeriesAccepted: 0, planned: 40 });
    for (const one of seen) {
      const times = seen.filter((other) => isSame(one, other)).length;
      const isRefused = one.url.startsWith('/webhooks/mintcash') && !isSigned(one);
      expect(times).toBe(isRefused ? 1 : 3);
    }
    const journal = (await readFile(join(dataDir, 'sandbox/journals/storm.jsonl'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { bodySha256: string; requestId: string });
    expect(journal).toHaveLength(accepted);
    const hashes = new Set(seen.map(({ body }) => createHash('sha256').update(body).digest('hex')));
    for (const { bodySha256, requestId } of journal) {
      expect(hashes).toContain(bodySha256);
      expect(requestId).toMatch(/^r-\d+$/);
    }
  });

  it('counts a forgery of a signed source that is taken', async () => {
    const lines = await plan('storms', {
      seed: 4,
      count: 30,
      ratePerSecond: 1_000,
      forgeries: 100,
      providers: ['mintcash'],
    });
    expect(lines.at(-1)?.counts['forgeriesAccepted']).toBeGreaterThan(0);
  });
});

describe('what a provider gives up', () => {
  it('is listed as a dead letter, after as many sendings as the provider makes', async () => {
    answer = () => 500;
    const asked = { provider: 'tonder', event: 'paid', orderId: 'ORD-dead', speed: 1_000 };
    const summary = (await plan('deliveries', asked)).at(-1);
    expect(seen).toHaveLength(3);
    expect(summary?.counts).toMatchObject({ accepted: 0, retries: 2, givenUp: 1 });
    expect(summary).toMatchObject({
      deadLetters: [{ provider: 'tonder', orderId: 'ORD-dead', attempts: 3, status: 500 }],
    });
  });
});

describe('the index', () => {
  it('tells what is played, where, and what to try', async () => {
    const response = await fetch(sandbox.url);
    expect(await response.json()).toMatchObject({
      providers: [
        { provider: 'mintcash', account: 'mintcash-test', webhooks: ['/webhooks/mintcash-test'] },
        { provider: 'cobru' },
        { provider: 'conomy' },
        { provider: 'tonder', api: expect.arrayContaining(['GET /tonder/transactions/{id}/']) },
      ],
      try: expect.arrayContaining(['npx cuadre send --list']),
    });
  });
});

describe("Cobru's API", () => {
  it('answers a lookup from the books, whatever was delivered, also after a restart', async () => {
    const lines = await plan('deliveries', { provider: 'cobru', event: 'paid', orderId: 'ORD-1' });
    const url = String(lines.find(({ type }) => type === 'answer')?.id).split('/')[0] ?? '';
    await plan('deliveries', {
      provider: 'cobru',
      event: 'expired',
      orderId: 'ORD-1',
      forge: true,
    });
    const before = await lookup(url);
    expect(JSON.parse(before.body.toString())).toMatchObject({ state: 3, url });
    expect(before.found).toBe(true);
    await sandbox.stop();
    sandbox = await start();
    const after = await lookup(url);
    expect(after.body).toEqual(before.body);
  });

  it('has personal-looking members in its answers, which the facts do not have', async () => {
    const lines = await plan('deliveries', { provider: 'cobru', event: 'pending' });
    const url = String(lines.find(({ type }) => type === 'answer')?.id).split('/')[0] ?? '';
    const { body, value } = await lookup(url);
    expect(body.toString()).toContain('payer@example.com');
    expect(value.toString()).not.toContain('payer');
  });

  it('knows no payment that was never opened, and none by our order id', async () => {
    await plan('deliveries', { provider: 'cobru', event: 'paid', orderId: 'ORD-known' });
    expect((await lookup('zzzzzzzz')).found).toBe(false);
    expect((await lookup('ORD-known')).found).toBe(false);
  });

  it('refuses wrong credentials with 401', async () => {
    const account = withCredentials({ apiKey: 'wrong', refreshToken: 'wrong' });
    await expect(lookup('zzzzzzzz', account)).rejects.toThrow(ProviderUnavailable);
    const response = await fetch(new URL('/cobru/cobru_detail/zzzzzzzz', sandbox.url), {
      headers: { 'x-api-key': 'an-api-key', authorization: 'Bearer a.b.c' },
    });
    expect(response.status).toBe(401);
  });

  it.each(['down', 'error'])('can be %s', async (fault) => {
    await control('PUT', 'faults', { fault });
    await expect(lookup('zzzzzzzz')).rejects.toThrow(ProviderUnavailable);
  });

  it('can let a token go stale once, which a client survives', async () => {
    const client = clientOf(accountWithApi());
    await client.lookup(subjectOf('zzzzzzzz'));
    await control('PUT', 'faults', { fault: 'unauthorized-once' });
    expect((await client.lookup(subjectOf('zzzzzzzz'))).found).toBe(false);
  });
});

describe('the control API', () => {
  it('names every bad member and refuses unknown ones', async () => {
    const { status, body } = await control('POST', 'storms', { count: 0, seed: -1, x: 1 });
    expect(status).toBe(400);
    const errors = (body as { errors: readonly { pointer: string }[] }).errors;
    expect(new Set(errors.map(({ pointer }) => pointer))).toEqual(
      new Set(['/count', '/seed', '/x']),
    );
  });

  it.each([
    [{ provider: 'cobru', event: 'authorized' }, 'cobru has no event authorized'],
    [{ provider: 'cobru', scenario: 'paid' }, 'cobru has no scenario paid'],
    [{ provider: 'cobru' }, 'Name either a scenario or an event'],
    [{ event: 'paid', set: { amount: '1.234' } }, 'The amount or currency is wrong'],
    [{ provider: 'conomy', event: 'paid', set: { currency: 'CLP', amount: '1.5' } }, 'is wrong'],
    [{ event: 'paid', set: { 'data.amuont': 1 } }, 'mintcash has no member data.amuont'],
    [{ provider: 'conomy', event: 'paid', set: { totl: '1' } }, 'transaction.totalAmount'],
    [{ provider: 'cobru', event: 'paid', forgery: 'tampered-body' }, 'cannot be forged'],
  ])('refuses %j', async (request, detail) => {
    const answered = await control('POST', 'deliveries', request);
    expect(answered.status).toBe(400);
    expect((answered.body as { detail: string }).detail).toContain(detail);
  });

  it('keeps a journal inside its own folder', async () => {
    const { status } = await control('POST', 'storms', { count: 1, journal: '../../escaped' });
    expect(status).toBe(400);
  });

  it('replaces members before it signs', async () => {
    const set = { amount: '12.50', currency: 'MXN', 'data.failureCode': 'x', eventId: 'chosen' };
    await plan('deliveries', { event: 'paid', set });
    const [delivery] = seen;
    expect(JSON.parse(delivery?.body.toString() ?? '')).toMatchObject({
      eventId: 'chosen',
      data: { amount: 12.5, currency: 'MXN', failureCode: 'x' },
    });
    expect(delivery !== undefined && isSigned(delivery)).toBe(true);
  });
});

function start(): Promise<RunningSandbox> {
  const network = { host: '127.0.0.1', port: 0, webhooksUrl: edgeUrl };
  return startSandbox({ accounts, dataDir, ...network, logger });
}

async function control(method: string, path: string, body: unknown) {
  const response = await fetch(new URL(`/sandbox/v1/${path}`, sandbox.url), {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return {
    status: response.status,
    text,
    body: text.startsWith('{"') && !text.includes('\n') ? (JSON.parse(text) as unknown) : null,
  };
}

async function plan(path: string, body: unknown) {
  const { status, text } = await control('POST', path, body);
  expect(status).toBe(200);
  return text
    .trim()
    .split('\n')
    .map(
      (line) => JSON.parse(line) as { type: string; id?: string; counts: Record<string, number> },
    );
}

function lookup(reference: string, account: Account = accountWithApi()) {
  return clientOf(account).lookup(subjectOf(reference));
}

function clientOf(account: Account) {
  const client = cobruClient(account, { http: createHttpClient().call, nowMs: Date.now });
  return client;
}

function subjectOf(reference: string) {
  return { account: 'cobru-test', kind: 'payment', reference } as const;
}

function accountWithApi(): Account {
  return withCredentials({ apiKey: 'an-api-key', refreshToken: 'a-refresh-token' });
}

function withCredentials(credentials: Record<string, string>): Account {
  const account = accounts.find(({ provider }) => provider === 'cobru');
  if (account === undefined || account.api === null) throw new Error('No account.');
  return { ...account, api: { ...account.api, baseUrl: `${sandbox.url}/cobru`, credentials } };
}

/** A forged callback may have the genuine one's body; then its URL has no secret. */
function isSame(a: Delivery, b: Delivery): boolean {
  return a.url === b.url && a.body.equals(b.body);
}

function isSigned({ body, signature }: Delivery): boolean {
  const [account] = accounts;
  const verification = account?.sources[0]?.verification;
  if (verification?.mode !== 'hmac') throw new Error('No secret.');
  const secret = verification.secrets[0]?.value ?? '';
  return signature === createHmac('sha256', secret).update(body).digest('hex');
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
