import { AsyncLocalStorage } from 'node:async_hooks';

const current = new AsyncLocalStorage<string>();

/** Binds a request's id to everything that `work` does, so that every log line of it carries it. */
export function withRequestId<T>(requestId: string, work: () => T): T {
  return current.run(requestId, work);
}

export function currentRequestId(): string | null {
  return current.getStore() ?? null;
}

/** Whether an id from outside may be taken over: short, and harmless in a log or a header. */
export function isRequestId(text: string): boolean {
  return /^[A-Za-z0-9._:-]{1,128}$/.test(text);
}
