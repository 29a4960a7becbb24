import { describe, expect, it } from 'vitest';
import { PROVIDER_NAMES, type ProviderName } from '#providers/provider-name.js';
import { COBRU_EXAMPLES } from './cobru.js';
import { CONOMY_EXAMPLES } from './conomy.js';
import type { DocumentedExample } from './documented-example.js';
import { interpretExample } from './interpret-example.js';
import { MINTCASH_EXAMPLES } from './mintcash.js';
import { TONDER_EXAMPLES } from './tonder.js';

const lists: readonly { provider: ProviderName; examples: readonly DocumentedExample[] }[] = [
  { provider: 'cobru', examples: COBRU_EXAMPLES },
  { provider: 'conomy', examples: CONOMY_EXAMPLES },
  { provider: 'mintcash', examples: MINTCASH_EXAMPLES },
  { provider: 'tonder', examples: TONDER_EXAMPLES },
];

it('documented examples are listed of every provider', () => {
  expect(lists.map(({ provider }) => provider)).toEqual(PROVIDER_NAMES);
});

describe.each(lists)('documented examples of $provider', ({ provider, examples }) => {
  const ingested: string[] = [];

  it.each(examples.filter(isIngested).map((example) => [example.name, example] as const))(
    '%s',
    async (name, example) => {
      expect(await interpretExample(provider, example)).toEqual(example.expected);
      ingested.push(name);
    },
  );

  it('are told apart by their names, and those that we read say what they mean', () => {
    expect(examples.length).toBeGreaterThan(0);
    expect(new Set(examples.map(({ name }) => name)).size).toBe(examples.length);
    const unexplained = examples.filter(
      (example) =>
        (example.role === 'webhook' || example.role === 'lookup') && !isIngested(example),
    );
    expect(unexplained.map(({ name }) => name)).toEqual([]);
  });

  it('are ingested and interpreted, all of them', () => {
    const wanted = examples.filter(isIngested).length;
    const count = (role: DocumentedExample['role']) =>
      examples.filter((example) => example.role === role && !isIngested(example)).length;
    process.stdout.write(
      `${ingested.length} of ${wanted} examples of ${provider} are ingested and interpreted ` +
        `(${count('command')} belong to commands, ${count('error')} are error answers)\n`,
    );
    expect(ingested.length).toBe(wanted);
  });
});

function isIngested({ expected }: DocumentedExample): boolean {
  return expected !== undefined;
}
