import { describe, expect, it } from 'vitest';
import type { Source } from './account.js';
import { parseAccounts } from './parse-accounts.js';

const SECRET = 'canary-secret-0123456789';
const secrets = [{ id: 's1', value: SECRET }];

function parse(account: object) {
  return parseAccounts(JSON.stringify({ accounts: [account] }));
}

function sourcesOf(account: object): readonly Source[] {
  const result = parse(account);
  if ('problems' in result) throw new Error(result.problems.join());
  return result.accounts.flatMap(({ sources }) => sources);
}

/** Problems of one source's verification, without the path to it. */
function problemsOf(provider: string, verification: object): readonly string[] {
  const result = parse({ provider, sources: [{ name: 's', verification }] });
  if (!('problems' in result)) return [];
  return result.problems.map((text) => text.replace('accounts[0].sources[0].verification', ''));
}

describe('an account that names a secret only', () => {
  it('of Conomy takes a signature in the body and in the header, both strictly', () => {
    expect(sourcesOf({ provider: 'conomy', secret: SECRET })).toMatchObject([
      {
        name: 'conomy',
        verification: {
          mode: 'any',
          of: [
            {
              in: 'bodyField',
              field: 'signature',
              encoding: 'hex',
              signedMembers: ['event', 'data'],
            },
            {
              in: 'header',
              header: 'x-webhook-signature',
              encoding: 'hex',
              signedTemplate: '{body}',
            },
          ],
          secrets,
          enforcement: 'enforce',
        },
      },
    ]);
  });

  it('of Tonder insists on its bearer token, and on no signature yet', () => {
    const hmac = { mode: 'hmac', in: 'header', encoding: 'hex', prefix: '', secrets };
    expect(sourcesOf({ id: 'tonder-mx', provider: 'tonder', secret: SECRET })).toMatchObject([
      {
        name: 'tonder-mx',
        verification: { mode: 'static', scheme: 'bearer', secrets, enforcement: 'enforce' },
      },
      {
        name: 'tonder-mx-hosted',
        verification: { ...hmac, header: 'tonder-signature', enforcement: 'log' },
      },
      {
        name: 'tonder-mx-withdrawals',
        verification: { ...hmac, header: 'x-tonder-signature', enforcement: 'log' },
      },
    ]);
  });
});

describe('a verification written out', () => {
  it('may be of every mode for Tonder', () => {
    const modes = [
      { mode: 'static', scheme: 'bearer', secrets },
      { mode: 'static', scheme: 'header', header: 'x-api-key', secrets },
      { mode: 'static', scheme: 'basic', username: 'tonder', secrets, enforcement: 'log' },
      { mode: 'hmac', header: 'tonder-signature', secrets, enforcement: 'enforce' },
      { mode: 'any', of: [{ mode: 'hmac', header: 'x-a' }], secrets },
      { mode: 'url', secrets },
      { mode: 'none' },
    ];
    const sources = modes.map((verification, index) => ({ name: `tonder-${index}`, verification }));
    const found = sourcesOf({ provider: 'tonder', sources });
    expect(found.map(({ verification }) => verification)).toMatchObject(modes);
    expect(found[2]?.verification).toEqual({ ...modes[2] });
    expect(found[6]?.verification).toEqual({ mode: 'none' });
  });

  it('may sign a time, in a header of its own or in a part', () => {
    const timed = {
      mode: 'hmac',
      secrets,
      toleranceSeconds: 300,
      signedTemplate: '{timestamp}.{body}',
    };
    const named = { ...timed, header: 'tonder-signature' };
    expect(problemsOf('tonder', { ...named, timestampHeader: 'x-timestamp' })).toEqual([]);
    expect(problemsOf('tonder', { ...named, timestampPart: 't', prefix: 'v1=' })).toEqual([]);
  });

  it.each([
    ['mintcash', { mode: 'static', scheme: 'bearer', secrets }, '.mode: must be hmac or any'],
    ['mintcash', { mode: 'none' }, '.mode: must be hmac or any'],
    ['conomy', { mode: 'none' }, '.mode: must be hmac or any'],
    ['conomy', { mode: 'url', secrets }, '.mode: must be hmac or any'],
    ['cobru', { mode: 'hmac', secrets }, '.mode: must be url'],
    ['tonder', { mode: 'hmac', secrets }, '.header: is missing'],
    ['tonder', { mode: 'any', of: [{ mode: 'hmac' }], secrets }, '.of[0].header: is missing'],
    ['tonder', { mode: 'static', scheme: 'header', secrets }, '.header: is missing'],
    ['tonder', { mode: 'static', scheme: 'basic', secrets }, '.username: is missing'],
  ])('of %s is refused as %j', (provider, verification, problem) => {
    expect(problemsOf(provider, verification)).toContain(problem);
  });

  const hmac = { mode: 'hmac', secrets };
  const inBody = { ...hmac, in: 'bodyField' };
  const fixed = { mode: 'static', secrets };
  it.each([
    [{ mode: 'magic' }, '.mode'],
    [{ ...hmac, in: 'query' }, '.in'],
    [{ ...hmac, encoding: 'base32' }, '.encoding'],
    [{ ...hmac, algorithm: 'md5' }, '.algorithm'],
    [{ ...hmac, header: 'X Signature' }, '.header'],
    [{ ...hmac, header: 'content-type' }, '.header'],
    [{ ...hmac, secrets: [] }, '.secrets'],
    [{ ...hmac, secrets: [{ id: 's1', value: 'short' }] }, '.secrets[0].value'],
    [{ ...hmac, enforcement: 'maybe' }, '.enforcement'],
    [{ ...hmac, field: 'signature' }, '.field'],
    [{ ...hmac, signedMembers: [] }, '.signedMembers'],
    [{ ...hmac, toleranceSeconds: 300 }, '.toleranceSeconds'],
    [{ ...hmac, toleranceSeconds: -1 }, '.toleranceSeconds'],
    [{ ...hmac, timestampHeader: 'x-t', toleranceSeconds: 300 }, '.toleranceSeconds'],
    [{ ...hmac, timestampHeader: 'x-t' }, '.timestampHeader'],
    [{ ...hmac, timestampHeader: 'x-t', timestampPart: 't', prefix: 'v1=' }, '.timestampPart'],
    [{ ...hmac, timestampPart: 't' }, '.prefix'],
    [{ ...hmac, signedTemplate: '{timestamp}.{body}' }, '.signedTemplate'],
    [{ ...hmac, signedTemplate: '{body}{body}' }, '.signedTemplate'],
    [{ ...inBody, header: 'x-signature' }, '.header'],
    [{ ...inBody, toleranceSeconds: 300 }, '.toleranceSeconds'],
    [{ ...inBody, field: 'a.b' }, '.field'],
    [{ mode: 'any', of: [], secrets }, '.of'],
    [{ mode: 'any', of: [{ mode: 'none' }], secrets }, '.of[0].mode'],
    [{ mode: 'any', of: [{ mode: 'hmac', field: 'x' }], secrets }, '.of[0].field'],
    [{ mode: 'any', of: [{ mode: 'hmac' }] }, '.secrets'],
    [{ ...fixed, scheme: 'digest' }, '.scheme'],
    [{ ...fixed, scheme: 'bearer', header: 'x-api-key' }, '.header'],
    [{ ...fixed, scheme: 'bearer', username: 'x' }, '.username'],
    [{ ...fixed, scheme: 'header', header: 'x-request-id' }, '.header'],
    [{ ...fixed, scheme: 'basic', username: 'a:b' }, '.username'],
    [
      { mode: 'static', scheme: 'bearer', secrets: [{ id: 's1', value: `${SECRET} ñ` }] },
      '.secrets[0].value',
    ],
  ])('names the bad member of %j', (verification, path) => {
    const problems = [...problemsOf('conomy', verification), ...problemsOf('tonder', verification)];
    const paths = problems.map((text) => text.slice(0, text.indexOf(':')));
    expect(paths).toContain(path);
    expect(problems.join()).not.toContain('canary');
  });

  it.each([
    [{ ...hmac, of: [] }, 'of'],
    [{ mode: 'any', of: [{ ...hmac }], secrets }, 'secrets'],
    [{ mode: 'any', of: [{ mode: 'hmac', enforcement: 'log' }], secrets }, 'enforcement'],
    [{ mode: 'none', enforcement: 'log' }, 'enforcement'],
    [{ mode: 'url', secrets, enforcement: 'log' }, 'enforcement'],
    [{ ...fixed, scheme: 'bearer', prefix: 'Bearer' }, 'prefix'],
  ])('has no other member than its own: %j', (verification, name) => {
    expect(problemsOf('tonder', verification).join()).toContain(`"${name}"`);
  });
});
