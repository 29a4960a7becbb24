import { describe, expect, it } from 'vitest';
import { OpenBodies } from './open-bodies.js';

describe('the bodies on their way', () => {
  it('give up the oldest one where they pass the bound, and no other', () => {
    const open = new OpenBodies(100);
    const givenUp: string[] = [];
    const slow = open.enter(() => givenUp.push('slow'));
    const next = open.enter(() => givenUp.push('next'));
    open.grow(slow, 60);
    open.grow(next, 40);
    expect(givenUp).toEqual([]);
    const genuine = open.enter(() => givenUp.push('genuine'));
    open.grow(genuine, 1);
    expect(givenUp).toEqual(['slow']);
    expect(open.bytes).toBe(41);
  });

  it('give back the room of what has arrived', () => {
    const open = new OpenBodies(100);
    const givenUp: number[] = [];
    for (let n = 0; n < 1_000; n += 1) {
      const body = open.enter(() => givenUp.push(n));
      open.grow(body, 100);
      open.leave(body);
      open.leave(body);
    }
    expect([open.bytes, givenUp]).toEqual([0, []]);
  });

  it('are never above the bound, even by one that is larger than it', () => {
    const open = new OpenBodies(100);
    let isGivenUp = false;
    open.grow(
      open.enter(() => {
        isGivenUp = true;
      }),
      101,
    );
    expect([open.bytes, isGivenUp]).toEqual([0, true]);
  });
});
