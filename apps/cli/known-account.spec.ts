import { createServer, type Server } from 'node:http';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '#platform/config.js';
import { runCli } from './cli.js';
import { ledger } from './ledger.js';

const ACCOUNTS = ['assets:provider:mintcash-test', 'liabilities:merchant'];
const NOT_THERE: Readonly<Record<string, object>> = {
  '/v1/ledger/clearing': {
    code: 'not-found',
    detail: 'There is no provider account `nope`. The nearest is `cobru-test`.',
  },
  // Another service.
  '/v1/ledger/suspense': { message: 'Cannot GET /v1/ledger/suspense' },
};
let accounts: readonly string[] = ACCOUNTS;
let server: Server;
let url: string;

/** An API whose books have these accounts, and nothing booked on them. */
beforeAll(async () => {
  server = createServer((request, response) => {
    const isList = request.url?.startsWith('/v1/ledger/accounts') === true;
    const items = isList ? accounts.map((account) => ({ account })) : [];
    response.setHeader('content-type', 'application/json');
    const answer = NOT_THERE[(request.url ?? '').split('?')[0] ?? ''];
    response.statusCode = answer === undefined ? 200 : 404;
    const page = { items, nextPageToken: '', position: 'p' };
    response.end(JSON.stringify(answer ?? page));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
});

afterAll(() => server.close());

describe('an account of the ledger', () => {
  it.each([['entries'], ['balances'], ['statement']])(
    'that %s does not find is refused, and the nearest is named',
    async (command) => {
      accounts = ACCOUNTS;
      const misspelt = await run(command, 'liabilities:mercant');
      expect(misspelt).toMatchObject({ code: 1, stdout: '' });
      expect(misspelt.stderr).toContain('There is no account `liabilities:mercant`');
      expect(misspelt.stderr).toContain('`liabilities:merchant`');
      const known = await run(command, 'liabilities:merchant');
      expect(known).toMatchObject({ code: 0, stdout: 'Nothing is booked.\n' });
      accounts = [];
      expect((await run(command, 'anything')).code).toBe(0);
    },
  );

  it('stands for those below it, but not in a statement', async () => {
    accounts = ACCOUNTS;
    expect((await run('entries', 'assets:provider')).code).toBe(0);
    expect((await run('statement', 'assets:provider')).code).toBe(1);
    expect((await run('entries', 'assets:prov')).code).toBe(1);
  });
});

describe('what the API does not have', () => {
  it('is told in the words of the API, where it is the API that answers', async () => {
    const known = await run('clearing', 'nope');
    expect(known).toMatchObject({ code: 1, stdout: '' });
    expect(known.stderr).toContain('There is no provider account `nope`.');
    expect(known.stderr).not.toContain('Something else');
    const other = await run('suspense', 'nope');
    expect([other.code, other.stderr]).toEqual([
      1,
      expect.stringContaining('Something else may answer there'),
    ]);
  });
});

async function run(command: string, account: string) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const code = await runCli([ledger], ['ledger', command, account, '--url', url], {
    stdout,
    stderr,
    config: () => loadConfig({ API_TOKENS: `${'t'.repeat(32)}=read` }),
    signal: new AbortController().signal,
  });
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

function text(stream: PassThrough): string {
  return (stream.read() as Buffer | null)?.toString() ?? '';
}
