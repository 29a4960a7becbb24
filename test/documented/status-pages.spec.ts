import { format } from 'prettier';
import { describe, expect, it } from 'vitest';
import { PROVIDER_NAMES } from '#providers/provider-name.js';
import { providerOf } from '#providers/registry.js';
import { statusPage } from './status-table.js';

const TITLES: Readonly<Record<string, string>> = {
  cobru: 'Cobru',
  conomy: 'Conomy',
  mintcash: 'MintCash',
  tonder: 'Tonder',
};

describe('the documentation', () => {
  it.each(PROVIDER_NAMES)('tells of %s what the code does', async (name) => {
    const provider = providerOf(name);
    if (provider === null) throw new Error(`${name} is not in the registry.`);
    const page = statusPage(provider, TITLES[name] ?? name);
    // Written by `npm run generate`; here it only compares.
    await expect(await format(page, { parser: 'markdown' })).toMatchFileSnapshot(
      `../../docs/providers/${name}.md`,
    );
  });
});
