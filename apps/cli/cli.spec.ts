import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '#platform/config.js';
import { runCli } from './cli.js';
import { ledger } from './ledger.js';
import { send } from './send.js';
import { status } from './status.js';
import { trace } from './trace.js';

const NOTHING_LISTENS = 'http://127.0.0.1:1';
const seen: { method: string; url: string; authorization: string | undefined; body: string }[] = [];
let server: Server;
let url: string;
let dataDir: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'cuadre-cli-'));
  await writeFile(join(dataDir, 'api-token'), 'kept-token\n');
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      seen.push({ method, url: path, authorization: headers.authorization, body });
      const answer = ANSWERS[path.split('?')[0] ?? ''];
      response.statusCode = answer === undefined ? 404 : answer.status;
      response.setHeader('content-type', 'application/json');
      response.end(answer?.text ?? '{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
});

afterAll(async () => {
  server.close();
  await rm(dataDir, { recursive: true });
});

describe('ledger', () => {
  it('has a help of its own, and one for each of its commands', async () => {
    const { code, stdout } = await run(['ledger', '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('Usage: cuadre ledger <command>');
    expect((await run(['ledger', 'balances', '--help'])).stdout).toContain(
      'Usage: cuadre ledger balances',
    );
    expect((await run(['help', 'ledger'])).stdout).toBe(stdout);
  });

  it('prints the trial balance with both sides, and exits with 1 where they differ', async () => {
    const { code, stdout } = await run(['ledger', 'trial-balance', '--url', url]);
    expect(code).toBe(1);
    expect(stdout).toContain('1,234,567.00');
    expect(stdout).toContain('DEBITS DIFFER FROM CREDITS');
    expect(seen.at(-1)?.url).toBe('/v1/ledger/trial-balance');
  });
});

describe('usage', () => {
  it.each([
    [['nonsense'], /There is no command `nonsense`/],
    [['trace'], /Which id\?/],
    [['trace', 'a', 'b'], /`b` is not expected/],
    [['trace', 'a', '--nope'], /Unknown option '--nope'/],
    [['status', 'extra'], /`extra` is not expected/],
    [['ledger', 'nonsense'], /There is no command `nonsense`/],
    [['ledger', 'close'], /Which period\?/],
    [['ledger', 'statement'], /Of which account\?/],
    [['ledger', 'trial-balance', 'x'], /`x` is not expected/],
    [['ledger', 'entries', '--limit', '0'], /--limit is a whole number from 1/],
    [['send'], /either --event or --scenario/],
    [['send', '--event', 'paid', '--scenario', 'paid'], /either --event or --scenario/],
    [['send', '--event', 'paid', '--times', 'many'], /--times is a whole number from 1 to 1000/],
    [['send', '--event', 'paid', '--times', '1.5'], /--times is a whole number/],
    [['send', '--event', 'paid', '--times', ''], /--times is a whole number/],
    [['send', '--storm', '5', '--event', 'paid'], /--event does not go with --storm/],
    [['send', '--storm', '100001'], /--storm is a whole number from 1 to 100000/],
    [['send', '--event', 'paid', '--set', 'amount'], /--set is <path>=<value>, not `amount`/],
  ])('refuses %j with code 2 and says what is wrong', async (args, message) => {
    const { code, stdout, stderr } = await run(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(stdout).toBe('');
  });

  it('names the bad keys of the environment with code 2', async () => {
    const { code, stderr } = await run(['status'], { PORT: 'no' });
    expect(code).toBe(2);
    expect(stderr).toContain('PORT');
  });

  it('has help for the whole and for each command on stdout', async () => {
    expect((await run(['--help'])).stdout).toContain('cuadre <command>');
    for (const name of ['send', 'trace', 'status']) {
      const { code, stdout } = await run([name, '--help']);
      expect(code).toBe(0);
      expect(stdout).toContain(`Usage: cuadre ${name}`);
      expect(stdout).toContain('--json');
    }
  });
});

describe('what cannot be reached', () => {
  it.each([
    [['status', '--url', NOTHING_LISTENS], 'PORT'],
    [['trace', 'ORD-1', '--url', NOTHING_LISTENS], 'PORT'],
    [['send', '--event', 'paid', '--sandbox-url', NOTHING_LISTENS], 'SANDBOX_PORT'],
  ])('%j ends with code 3 and names the setting to change', async (args, setting) => {
    const { code, stdout, stderr } = await run(args);
    expect(code).toBe(3);
    expect(stdout).toBe('');
    expect(stderr).toContain(`Nothing answers at ${NOTHING_LISTENS}`);
    expect(stderr).toContain(setting);
  });
});

describe('trace', () => {
  it('tells the trail that the id belongs to, with the kept token', async () => {
    const { code, stdout } = await run(['trace', 'evt-1', '--url', url]);
    expect(code).toBe(0);
    expect(stdout).toContain('Order ORD-1  paid  confirmed');
    expect(stdout).toContain('webhook mintcash payment.succeeded  applied');
    expect(stdout).toContain('request r-1');
    expect(stdout).toContain('created → succeeded');
    expect(stdout).not.toContain('\u001b');
    expect(seen.at(-1)?.authorization).toBe('Bearer kept-token');
  });

  it('prints one JSON document with --json, and nothing else on stdout', async () => {
    const { stdout } = await run(['trace', 'evt-1', '--url', url, '--json']);
    expect(JSON.parse(stdout)).toEqual({ trails: [TRAIL] });
  });

  it('takes control characters out of originals', async () => {
    const { stdout } = await run(['trace', 'evt-1', '--url', url, '--originals']);
    expect(stdout).toContain('{"evil":"\ufffd[2J"}');
    expect(stdout).not.toContain('\u001b');
    expect(seen.at(-1)?.url).toContain('originals=true');
  });

  it('ends with code 1 where nothing carries the id', async () => {
    ANSWERS['/v1/lookup'] = { status: 200, text: '{"items":[]}' };
    const { code, stderr } = await run(['trace', 'nobody', '--url', url]);
    expect(code).toBe(1);
    expect(stderr).toContain('Nothing carries the id nobody.');
  });
});

describe('send', () => {
  it('asks the sandbox for what the options say', async () => {
    const args = [
      '--provider',
      'cobru',
      '--event',
      'paid',
      '--times',
      '1',
      '--dup',
      '2',
      '--forge',
    ];
    const more = ['--rate', '50', '--order', 'ORD-1', '--set', 'amount=10.50', '--set', 'a.b=x'];
    const { code, stdout } = await run(['send', ...args, ...more, '--sandbox-url', url]);
    expect(JSON.parse(seen.at(-1)?.body ?? '')).toEqual({
      provider: 'cobru',
      event: 'paid',
      orderId: 'ORD-1',
      times: 1,
      dup: 2,
      forge: true,
      ratePerSecond: 50,
      set: { amount: 10.5, 'a.b': 'x' },
    });
    expect(stdout).toContain('ORD-1  cobru state.3  200 accepted  request r-9');
    expect(code).toBe(0);
  });

  it('asks for a storm by its seed, and fails when deliveries were given up', async () => {
    const args = ['send', '--storm', '500', '--rate', '200', '--seed', '7', '--json'];
    const { code, stdout } = await run([...args, '--sandbox-url', url]);
    expect(JSON.parse(seen.at(-1)?.body ?? '')).toEqual({
      count: 500,
      seed: 7,
      ratePerSecond: 200,
    });
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string });
    expect(lines.map(({ type }) => type)).toEqual(['plan', 'summary']);
    expect(code).toBe(1);
  });

  it('asks for traffic as the options say', async () => {
    const args = ['send', '--storm', '10', '--hostile', '5', '--lose', '30', '--delay', '1.5'];
    const more = ['--burst', '4', '--speed', '60', '--retries', 'persistent', '--json'];
    await run([...args, ...more, '--sandbox-url', url]);
    expect(JSON.parse(seen.at(-1)?.body ?? '')).toEqual({
      count: 10,
      hostile: 5,
      lose: 30,
      delaySeconds: 1.5,
      burst: 4,
      speed: 60,
      retries: 'persistent',
    });
  });

  it('lists scenarios by provider, with what each ends as', async () => {
    const { code, stdout } = await run(['send', '--list', '--sandbox-url', url]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^cobru\n {2}paid +ends paid +it is paid\n {2}events: paid state\.0\n/);
    expect(stdout).toMatch(/mintcash\n {2}renewed +ends paid, failed +twice\n/);
    expect(stdout).toMatch(/ {2}probe +no order +nothing\n/);
    const narrowed = await run(['send', '--list', '--provider', 'cobru', '--sandbox-url', url]);
    expect(narrowed.stdout).not.toContain('mintcash');
    const unknown = await run(['send', '--list', '--provider', 'x', '--sandbox-url', url]);
    expect(unknown.code).toBe(2);
  });

  it('tells what a provider has given up', async () => {
    const dead = { orderId: 'ORD-9', provider: 'tonder', event: 'payment_Success' };
    const letters = [{ ...dead, attempts: 3, status: 503 }];
    ANSWERS['/sandbox/v1/storms'] = {
      status: 200,
      text: `${JSON.stringify({
        type: 'summary',
        counts: { ...COUNTS, givenUp: 1 },
        deadLetters: letters,
        elapsedMs: 5,
        isWhole: true,
      })}\n`,
    };
    const { code, stdout } = await run(['send', '--storm', '1', '--sandbox-url', url]);
    expect(code).toBe(1);
    expect(stdout).toContain('ORD-9  tonder payment_Success  sent 3 times, last answer 503');
  });

  it('passes on what the sandbox refuses', async () => {
    ANSWERS['/sandbox/v1/deliveries'] = {
      status: 400,
      text: '{"detail":"cobru has no event x.","errors":[{"pointer":"/event","detail":"is unknown"}]}',
    };
    const { code, stderr } = await run(['send', '--event', 'x', '--sandbox-url', url]);
    expect(code).toBe(2);
    expect(stderr).toContain('cobru has no event x.');
    expect(stderr).toContain('/event: is unknown');
  });
});

async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const code = await runCli([send, trace, status, ledger], args, {
    stdout,
    stderr,
    config: () => loadConfig({ DATA_DIR: dataDir, ...env }),
    signal: new AbortController().signal,
  });
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

function text(stream: PassThrough): string {
  return (stream.read() as Buffer | null)?.toString() ?? '';
}

const TRAIL = {
  order: { orderId: 'ORD-1', status: 'paid', assurance: 'confirmed', reported: null, flags: [] },
  payments: [],
  refunds: [],
  withdrawals: [],
  subscriptions: [],
  customers: [],
  timeline: [
    {
      type: 'record',
      at: '2026-01-01T00:00:00.000Z',
      kind: 'webhook',
      provider: 'mintcash',
      route: 'mintcash',
      outcome: 'applied',
      reason: null,
      trust: 'signed',
      verification: { mode: 'hmac', keyId: 's1', verdict: 'verified' },
      eventType: 'payment.succeeded',
      providerEventId: 'evt-1',
      providerTraceIds: [],
      claimedStatus: null,
      requestId: 'r-1',
      traceId: null,
      partition: 0,
      position: '0',
      original: {
        refused: null,
        contentType: 'application/json',
        base64: '',
        text: '{"evil":"\u001b[2J"}',
      },
    },
    {
      type: 'change',
      at: '2026-01-01T00:00:00.000Z',
      subjectId: 'p-1',
      orderId: 'ORD-1',
      previousStatus: 'created',
      status: 'succeeded',
      amount: { amount: '49.99', currency: 'USD' },
      refunded: null,
      flags: [],
    },
  ],
  isCut: false,
  whatToTellTheProvider: [],
};

const COUNTS = {
  planned: 1,
  accepted: 1,
  refused: 0,
  retries: 0,
  givenUp: 0,
  forgeriesAccepted: 0,
};

const ANSWERS: Record<string, { status: number; text: string }> = {
  '/v1/ledger/trial-balance': {
    status: 200,
    text: JSON.stringify({
      layer: 'posted',
      isBalanced: false,
      lines: [{ account: 'a', currency: 'COP', debit: { amount: '1234567.00' }, credit: null }],
      totals: [
        {
          currency: 'COP',
          debit: { amount: '1234567.00' },
          credit: { amount: '0.00' },
          isBalanced: false,
        },
      ],
    }),
  },
  '/sandbox/v1/scenarios': {
    status: 200,
    text: JSON.stringify({
      scenarios: [
        { provider: 'cobru', name: 'paid', summary: 'it is paid', finalStatus: 'paid' },
        {
          provider: 'mintcash',
          name: 'renewed',
          summary: 'twice',
          finalStatus: null,
          furtherOrders: { 'payment-1': 'paid', 'payment-2': 'failed' },
        },
        { provider: 'mintcash', name: 'probe', summary: 'nothing', finalStatus: null },
      ],
      events: { cobru: ['paid', 'state.0'], mintcash: [] },
    }),
  },
  '/v1/lookup': {
    status: 200,
    text: '{"items":[{"kind":"event","trailHref":"/v1/orders/ORD-1/trail"}]}',
  },
  '/v1/orders/ORD-1/trail': { status: 200, text: JSON.stringify(TRAIL) },
  '/sandbox/v1/deliveries': {
    status: 200,
    text: [
      { type: 'plan', deliveries: 1, orders: 1 },
      {
        type: 'answer',
        orderId: 'ORD-1',
        provider: 'cobru',
        event: 'state.3',
        copy: 0,
        forgery: null,
        status: 200,
        requestId: 'r-9',
      },
      { type: 'summary', counts: COUNTS, elapsedMs: 5, isWhole: true },
    ]
      .map((line) => `${JSON.stringify(line)}\n`)
      .join(''),
  },
  '/sandbox/v1/storms': {
    status: 200,
    text: [
      { type: 'plan', deliveries: 500, orders: 200, seed: 7 },
      { type: 'summary', counts: { ...COUNTS, givenUp: 1 }, elapsedMs: 5, isWhole: true },
    ]
      .map((line) => `${JSON.stringify(line)}\n`)
      .join(''),
  },
};
