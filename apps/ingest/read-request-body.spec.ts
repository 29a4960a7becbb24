import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OpenBodies } from './open-bodies.js';
import { readRequestBody } from './read-request-body.js';

const unbounded = (): OpenBodies => new OpenBodies(Number.MAX_SAFE_INTEGER);

describe('a body that is read', () => {
  it('has the bytes that were sent, however they were cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 40 }),
        async (chunks) => {
          const request = new PassThrough();
          const body = readRequestBody(request, { bytesMax: 20_000, open: unbounded() });
          for (const chunk of chunks) request.write(chunk);
          request.end();
          expect(await body).toEqual({ bytes: Buffer.concat(chunks) });
        },
      ),
    );
  });

  it('is taken at the limit and refused with one byte more', async () => {
    for (const [length, refused] of [
      [1_000, false],
      [1_001, true],
    ] as const) {
      const request = new PassThrough();
      const body = readRequestBody(request, { bytesMax: 1_000, open: unbounded() });
      for (let i = 0; i < length; i += 1) request.write('x');
      request.end();
      const read = await body;
      if (refused) expect(read).toEqual({ refused: 'too-large' });
      else expect(read).toHaveProperty('bytes.length', length);
    }
  });

  it('is given up where it is slow and another needs the room', async () => {
    const open = new OpenBodies(1_000);
    const slow = new PassThrough();
    const slowBody = readRequestBody(slow, { bytesMax: 900, open });
    slow.write(Buffer.alloc(900));
    await new Promise(setImmediate);
    const genuine = new PassThrough();
    const genuineBody = readRequestBody(genuine, { bytesMax: 900, open });
    genuine.end(Buffer.alloc(200));
    expect(await slowBody).toEqual({ refused: 'too-slow' });
    expect(await genuineBody).toHaveProperty('bytes.length', 200);
    expect(open.bytes).toBe(0);
  });

  it('leaves nothing behind where its sender goes away', async () => {
    const open = unbounded();
    const request = new PassThrough();
    const body = readRequestBody(request, { bytesMax: 900, open });
    request.write('half');
    await new Promise(setImmediate);
    expect(open.bytes).toBe(4);
    request.destroy();
    expect(await body).toEqual({ refused: 'aborted' });
    expect(open.bytes).toBe(0);
  });

  it('weighs about its length while it comes, though it come in small pieces', () => {
    const request = new PassThrough();
    void readRequestBody(request, { bytesMax: 16_000_000, open: unbounded() });
    const before = process.memoryUsage();
    for (let i = 0; i < 500_000; i += 1) request.emit('data', Buffer.alloc(17, i));
    const after = process.memoryUsage();
    const grownBytes = after.heapUsed + after.external - before.heapUsed - before.external;
    // Kept one by one they weigh more than 100 MB.
    expect(grownBytes).toBeLessThan(60_000_000);
    request.destroy();
  });

  it('is given up where it comes in crumbs, and taken in small pieces', async () => {
    for (const [bytes, refused] of [
      [15, true],
      [17, false],
    ] as const) {
      const request = new PassThrough();
      const body = readRequestBody(request, { bytesMax: 1_000_000, open: unbounded() });
      for (let i = 0; i < 2_000; i += 1) request.emit('data', Buffer.alloc(bytes));
      request.end();
      if (refused) expect(await body).toEqual({ refused: 'too-fragmented' });
      else expect(await body).toHaveProperty('bytes.length', 2_000 * bytes);
    }
  });
});
