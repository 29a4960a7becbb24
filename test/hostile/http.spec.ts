import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { interpretRecord } from '#projection/interpret-record.js';
import { pureFoldOf } from '../harness/pure-fold.js';
import { HostileEdge } from './hostile-edge.js';
import { exchange, type RawAnswer } from './raw-http.js';
import { REQUEST_GROUPS } from './requests/request-groups.js';
import type { HostileRequest } from './requests/request-text.js';

/** A neighbour's answer takes a few milliseconds; two cores are shared by all specs. */
const NEIGHBOUR_MS = 1_000;

let edge: HostileEdge;
let neighbours = 0;

beforeAll(async () => {
  edge = await HostileEdge.open();
});

afterAll(() => edge.close());

describe.each(REQUEST_GROUPS)('%s that is meant to harm', (_kind, requests) => {
  it.each(requests.map((request) => [request.name, request] as const))(
    '%s: is answered clearly, and the neighbour goes on',
    async (_name, { parts, answers, kept, isBodiless = false }: HostileRequest) => {
      const before = await recordsOf(edge);
      const [hostile, neighbour] = await Promise.all([
        exchange(edge.port, parts, { answersMax: answers.length, isBodiless }),
        edge.genuine(`neighbour-${neighbours}`),
      ]);
      neighbours += 1;
      expect(hostile.answers.map(({ status }) => status)).toHaveLength(answers.length);
      for (const [index, allowed] of answers.entries()) {
        const answer = hostile.answers[index];
        expect(allowed).toContain(answer?.status);
        if (answer !== undefined && answer.status >= 400) expectProblem(answer);
      }
      expect(neighbour.status).toBe(200);
      expect(neighbour.tookMs).toBeLessThan(NEIGHBOUR_MS);
      const after = await recordsOf(edge);
      if (kept !== undefined) expect(after - before).toBe(kept + 1);
      expect((await edge.genuine(`after-${neighbours}`)).status).toBe(200);
    },
  );
});

it('goes on to tell of its health, and nothing of what is not there', async () => {
  const statusOf = async (path: string): Promise<number> =>
    (await fetch(`http://127.0.0.1:${edge.port}${path}`)).status;
  expect(await statusOf('/healthz')).toBe(200);
  expect(await statusOf('/metrics')).toBe(200);
  const missing = await fetch(`http://127.0.0.1:${edge.port}/secret-path`);
  expect(missing.status).toBe(404);
  expect(await missing.text()).not.toContain('secret-path');
});

it('leaves a log that folds, in which every neighbour stands and nothing is poison', async () => {
  const payments = (await pureFoldOf(edge.log)).payments();
  for (let n = 0; n < neighbours; n += 1) {
    expect(payments.get(`mint/payment/p-neighbour-${n}`)?.status).toBe('succeeded');
  }
  for (const [partition, end] of (await edge.log.endPositions()).entries()) {
    for await (const records of edge.log.read(partition, 0n, end)) {
      const kinds = records.map((record) => interpretRecord(record, 0).meaning.kind);
      expect(kinds).not.toContain('poison');
    }
  }
  expect(edge.lines.filter((line) => line.includes('"level":"error"'))).toEqual([]);
});

function expectProblem({ status, headers, body }: RawAnswer): void {
  expect(headers.get('content-type')).toContain('application/problem+json');
  // To a HEAD there is no body.
  if (body !== '') expect(JSON.parse(body)).toMatchObject({ status, code: expect.any(String) });
}

async function recordsOf({ log }: HostileEdge): Promise<number> {
  return Number((await log.endPositions()).reduce((sum, end) => sum + end, 0n));
}
