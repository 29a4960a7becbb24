import { ProviderUnavailable, type ClientPorts, type HttpCall } from './provider.js';

const ANSWER_BYTES_MAX = 256 * 1024;
const RETRY_AFTER_MS_MAX = 60 * 60_000;

/**
 * What is no answer becomes `ProviderUnavailable`: a broken connection, a time-out, 429, 5xx, too
 * large. Everything else is the client's to read. Messages hold no content.
 *
 * @param provider for messages: `Cobru`
 */
export function boundedCall(provider: string, { http, nowMs }: ClientPorts): HttpCall {
  return async (request) => {
    const answer = await http(request).catch((cause: unknown) => {
      throw new ProviderUnavailable(`${provider} could not be reached.`, {
        retryAfterMs: null,
        cause,
      });
    });
    if (answer.status === 429 || answer.status >= 500) {
      throw new ProviderUnavailable(`${provider} answered ${answer.status}.`, {
        retryAfterMs: retryAfterMs(answer.headers['retry-after'], nowMs()),
      });
    }
    if (answer.body.length > ANSWER_BYTES_MAX) {
      throw new ProviderUnavailable(`${provider} answered ${answer.body.length} bytes.`, {
        retryAfterMs: null,
      });
    }
    return answer;
  };
}

/** Seconds or an HTTP date, as RFC 9110 has it. */
function retryAfterMs(header: string | undefined, nowMs: number): number | null {
  if (header === undefined) return null;
  const waitMs = /^\d{1,9}$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - nowMs;
  return Number.isNaN(waitMs) ? null : Math.min(Math.max(waitMs, 0), RETRY_AFTER_MS_MAX);
}
