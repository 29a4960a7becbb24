import { expect, it } from 'vitest';
import { loadConfig } from '#platform/config.js';
import { MINTCASH_MEMBERS } from '#providers/mintcash/profile.js';
import { HostileEdge, signatureOf } from './hostile-edge.js';

const LARGEST_BYTES = 917_504;

it('fits into a record of the log, however much of it is facts', async () => {
  const { bodyLimitBytes } = loadConfig({ BODY_LIMIT_BYTES: String(LARGEST_BYTES) }).http;
  expect(() => loadConfig({ BODY_LIMIT_BYTES: String(LARGEST_BYTES + 1) })).toThrow('917504');
  const edge = await HostileEdge.open({ bodyLimitBytes });
  const body = factsOf([...MINTCASH_MEMBERS.shapes.keys()]);
  const padded = body + ' '.repeat(LARGEST_BYTES - body.length);
  const response = await fetch(`http://127.0.0.1:${edge.port}/webhooks/mint`, {
    method: 'POST',
    headers: { 'x-signature': signatureOf(padded) },
    body: padded,
  });
  expect(response.status).toBe(200);
  await edge.close();
});

/** Every member at its longest: two hundred characters, all of them escaped. */
function factsOf(paths: readonly string[]): string {
  const root: Record<string, unknown> = {};
  for (const path of paths) {
    const names = path.split('.');
    const last = names.pop() ?? '';
    let owner = root;
    for (const name of names) owner = (owner[name] ??= {}) as Record<string, unknown>;
    owner[last] ??= 'LONGEST';
  }
  return JSON.stringify(root).replaceAll('LONGEST', '\\u00e9'.repeat(200));
}
