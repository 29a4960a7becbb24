/**
 * Lets `perSecond` through on average, and `burst` at once. Holds two numbers and no timer.
 *
 * `nowMs` is any clock; one that stands still or goes back only delays the refill.
 */
export class TokenBucket {
  private tokens: number;
  private refilledAtMs: number;

  constructor(
    private readonly rate: { readonly perSecond: number; readonly burst: number },
    nowMs: number,
  ) {
    this.tokens = rate.burst;
    this.refilledAtMs = nowMs;
  }

  /** Takes a token; null where there was one, else the milliseconds until there is. */
  take(nowMs: number): number | null {
    const waitMs = this.waitMs(nowMs);
    if (waitMs === null) this.tokens -= 1;
    return waitMs;
  }

  /** As `take`, but leaves the token. */
  waitMs(nowMs: number): number | null {
    this.refill(nowMs);
    if (this.tokens >= 1) return null;
    return Math.ceil(((1 - this.tokens) / this.rate.perSecond) * 1_000);
  }

  /** How many could be taken now. */
  available(nowMs: number): number {
    this.refill(nowMs);
    return Math.floor(this.tokens);
  }

  private refill(nowMs: number): void {
    const elapsedMs = nowMs - this.refilledAtMs;
    if (elapsedMs <= 0) return;
    this.refilledAtMs = nowMs;
    const refilled = this.tokens + (elapsedMs / 1_000) * this.rate.perSecond;
    this.tokens = Math.min(this.rate.burst, refilled);
  }
}
