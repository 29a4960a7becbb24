import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SubjectKind } from '#events/subject.js';
import { createHttpClient } from '#platform/http-client.js';
import { createLogger } from '#platform/logger.js';
import type { Account } from '#providers/account.js';
import { ProviderUnavailable } from '#providers/provider.js';
import { providerOf } from '#providers/registry.js';
import type { PlayedProvider } from '../plan/scenario.js';
import { sandboxTestAccounts } from '../plan/test-accounts.js';
import { startSandbox, type RunningSandbox } from '../start-sandbox.js';

const accounts = sandboxTestAccounts();
let edge: Server;
let dataDir: string;
let sandbox: RunningSandbox;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'cuadre-provider-api-'));
  edge = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(200).end('{}'));
  });
  await new Promise<void>((resolve) => edge.listen(0, '127.0.0.1', resolve));
  const address = edge.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const logger = createLogger({ logging: { level: 'silent', isPretty: false } });
  const network = { host: '127.0.0.1', port: 0, webhooksUrl: `http://127.0.0.1:${port}` };
  sandbox = await startSandbox({ accounts, dataDir, ...network, logger });
});

afterAll(async () => {
  await sandbox.stop();
  edge.close();
  await rm(dataDir, { recursive: true });
});

beforeEach(() => setFault({ fault: 'none' }));

/** Provider, scenario, kind of the subject, and what the API says of it at the end. */
const LOOKED_UP: readonly (readonly [PlayedProvider, string, SubjectKind, object])[] = [
  ['cobru', 'paid-late', 'payment', { state: 3 }],
  ['cobru', 'bank-withdrawal-rejected', 'bank-withdrawal', { state: 5 }],
  ['conomy', 'settled', 'transaction', { status: 'SETTLED', type: 'PURCHASE' }],
  ['conomy', 'withdrawal-failed', 'transaction', { status: 'FAILED', type: 'WITHDRAWAL_ACCOUNT' }],
  ['mintcash', 'partially-refunded', 'payment', { status: 'partially_refunded' }],
  ['mintcash', 'subscription-cancelled', 'subscription', { status: 'cancelled' }],
  ['tonder', 'paid-by-spei', 'transaction', { status: 'success' }],
  ['tonder', 'withdrawal-reversed', 'withdrawal', { status: 'REFUNDED' }],
  ['tonder', 'direct-withdrawal-paid', 'withdrawal', { operation_type: 'withdrawal' }],
  ['tonder', 'hosted-completed', 'session', { status: 'completed', transaction_status: 'Success' }],
];

describe.each(LOOKED_UP)('%s %s, looked up by its client', (provider, scenario, kind, members) => {
  it('is answered from the books, by the provider’s id and never by our reference', async () => {
    const orderId = `REF-${provider}-${scenario}`;
    const reference = await play(provider, { scenario, orderId });
    const found = await lookUp(provider, { kind, reference });
    expect(found.found).toBe(true);
    expect(JSON.parse(found.body.toString())).toMatchObject(members);
    expect((await lookUp(provider, { kind, reference: orderId })).found).toBe(false);
  });
});

describe.each(['cobru', 'conomy', 'mintcash', 'tonder'] as const)("%s's API", (provider) => {
  const kind: SubjectKind =
    provider === 'cobru' || provider === 'mintcash' ? 'payment' : 'transaction';
  const unknown = { kind, reference: 'nothing-of-this-id' };

  it('knows nothing that was never opened', async () => {
    expect((await lookUp(provider, unknown)).found).toBe(false);
  });

  it('refuses whoever has other credentials', async () => {
    await expect(lookUp(provider, unknown, accountOf(provider, 'wrong'))).rejects.toThrow(
      ProviderUnavailable,
    );
  });

  it.each(['down', 'error', 'rate-limited'])('can be %s, alone', async (fault) => {
    await setFault({ provider, fault });
    await expect(lookUp(provider, unknown)).rejects.toThrow(ProviderUnavailable);
    const other = provider === 'mintcash' ? 'cobru' : 'mintcash';
    const known = { kind: 'payment', reference: 'nothing-of-this-id' } as const;
    expect((await lookUp(other, known)).found).toBe(false);
  });

  it('says how long to wait when it is rate-limited', async () => {
    await setFault({ provider, fault: 'rate-limited' });
    const error = await lookUp(provider, unknown).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ProviderUnavailable);
    expect((error as ProviderUnavailable).retryAfterMs).toBeGreaterThan(0);
    expect((error as ProviderUnavailable).retryAfterMs).toBeLessThanOrEqual(2_000);
  });
});

describe("Conomy's listing", () => {
  it('filters by what is documented, and refuses a filter by our reference', async () => {
    await play('conomy', { scenario: 'expired', orderId: 'ORD-listed' });
    const expired = await listConomy('status=EXPIRED&type=PURCHASE&limit=5');
    expect(expired.body).toMatchObject({ limit: 5, offset: 0, total: 1 });
    expect(expired.body).toMatchObject({ data: [{ externalId: 'ORD-listed' }] });
    expect((await listConomy('startDate=01/01/2020&endDate=31/12/2020')).body).toMatchObject({
      total: 0,
    });
    for (const query of ['externalId=ORD-listed', 'startDate=2026-01-01', 'limit=many']) {
      const refused = await listConomy(query);
      expect(refused.status).toBe(400);
      expect(refused.body).toMatchObject({ status: 400, code: '11', type: 'invalidParam' });
    }
  });
});

describe("Tonder's hosted payments", () => {
  it('are found by the number that the session’s events name', async () => {
    const session = await play('tonder', { scenario: 'hosted-completed' });
    const paymentId = session.split('_')[2] ?? '';
    const headers = { authorization: 'Token an-api-key' };
    const url = `${sandbox.url}/tonder/checkout/v1/payments/${paymentId}`;
    const answer = await fetch(url, { headers });
    expect(await answer.json()).toMatchObject({ session_id: session, status: 'Success' });
    expect((await fetch(url)).status).toBe(401);
  });
});

/** Delivers and answers the provider's id of what it was about. */
async function play(provider: PlayedProvider, asked: Record<string, unknown>): Promise<string> {
  const text = await control('POST', 'deliveries', { provider, ...asked, ratePerSecond: 1_000 });
  const answer = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; id?: string; orderId?: string })
    .filter(({ type }) => type === 'answer')
    .find(({ orderId }) => asked['orderId'] === undefined || asked['orderId'] === orderId);
  return answer?.id?.split('/')[0] ?? '';
}

function setFault(fault: Record<string, unknown>): Promise<string> {
  return control('PUT', 'faults', fault);
}

async function control(method: string, path: string, body: unknown): Promise<string> {
  const response = await fetch(`${sandbox.url}/sandbox/v1/${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(200);
  return response.text();
}

async function listConomy(query: string) {
  const keys = { 'x-api-key': 'an-api-key', 'user-agent': 'spec' };
  const login = await fetch(`${sandbox.url}/conomy/auth`, {
    method: 'POST',
    headers: { ...keys, 'content-type': 'application/json' },
    body: JSON.stringify({ clientId: 'a-client', clientSecret: 'a-secret' }),
  });
  const { accessToken } = (await login.json()) as { accessToken: string };
  const response = await fetch(`${sandbox.url}/conomy/payments?${query}`, {
    headers: { ...keys, authorization: `Bearer ${accessToken}` },
  });
  const body: unknown = await response.json();
  return { status: response.status, body };
}

function lookUp(
  name: PlayedProvider,
  subject: { readonly kind: SubjectKind; readonly reference: string },
  account: Account = accountOf(name),
) {
  const client = providerOf(name)?.client?.(account, {
    http: createHttpClient().call,
    nowMs: Date.now,
  });
  if (client === undefined) throw new Error(`${name} has no client.`);
  return client.lookup({ account: account.id, ...subject });
}

/** With every credential replaced where one is given. */
function accountOf(name: PlayedProvider, credential?: string): Account {
  const account = accounts.find(({ provider }) => provider === name);
  if (account === undefined || account.api === null) throw new Error(`No account of ${name}.`);
  const credentials =
    credential === undefined
      ? account.api.credentials
      : Object.fromEntries(Object.keys(account.api.credentials).map((key) => [key, credential]));
  return { ...account, api: { ...account.api, baseUrl: `${sandbox.url}/${name}`, credentials } };
}
