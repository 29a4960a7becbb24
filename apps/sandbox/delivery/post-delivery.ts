import type { PlannedDelivery } from '../plan/delivery.js';

export type Answer = {
  readonly status: number;
  readonly requestId: string | null;
  readonly position: string | null;
};

export type PostDelivery = (
  delivery: PlannedDelivery,
  options: { readonly timeoutMs: number; readonly signal: AbortSignal },
) => Promise<Answer | null>;

/**
 * Sends to the webhook sources below the URL given. Null when there was no answer in time.
 *
 * @param webhooksUrl where the webhook sources are: `http://127.0.0.1:8080`
 */
export function postTo(webhooksUrl: string): PostDelivery {
  return async (delivery, { timeoutMs, signal }) => {
    const url = new URL(`/webhooks/${delivery.source}`, webhooksUrl);
    url.search = new URLSearchParams(delivery.query).toString();
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'user-agent': `sandbox-${delivery.provider}/1`, ...delivery.headers },
        body: new Uint8Array(delivery.body),
        redirect: 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
      return readAnswer(response.status, await response.text());
    } catch {
      // Refused, cut or too late: for the sender all the same.
      return null;
    }
  };
}

function readAnswer(status: number, text: string): Answer {
  const none = { status, requestId: null, position: null };
  try {
    const { requestId, position } = JSON.parse(text) as Record<string, unknown>;
    return {
      status,
      requestId: typeof requestId === 'string' ? requestId : null,
      position: typeof position === 'string' ? position : null,
    };
  } catch {
    // Providers do not read the answer; neither must a delivery depend on it.
    return none;
  }
}
