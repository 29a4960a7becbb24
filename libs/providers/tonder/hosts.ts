import type { ApiAccess } from '../account.js';

/** Where Tonder's three APIs are, without a slash at the end. */
export type TonderHosts = {
  /** Direct API, with its `/api/v1`. */
  readonly direct: string;
  readonly hosted: string;
  readonly withdrawals: string;
};

/**
 * `baseUrl` is the Direct API's. The others follow from it, unless the credentials `hostedBaseUrl`
 * and `withdrawalsBaseUrl` name them: Hosted Checkout is on a host of its own (`api-stage` beside
 * `stage`, `api` beside `app`), and for the Withdrawals API the documents name both the Direct host
 * and another.
 */
export function tonderHosts({ baseUrl, credentials }: ApiAccess): TonderHosts {
  const direct = withoutSlash(baseUrl);
  return {
    direct,
    hosted: withoutSlash(credentials['hostedBaseUrl'] ?? hostedBeside(direct)),
    withdrawals: withoutSlash(credentials['withdrawalsBaseUrl'] ?? direct),
  };
}

const HOSTED_BESIDE: ReadonlyMap<string, string> = new Map([
  ['https://stage.tonder.io', 'https://api-stage.tonder.io'],
  ['https://app.tonder.io', 'https://api.tonder.io'],
]);

function hostedBeside(direct: string): string {
  const root = withoutSlash(direct.replace(/\/api\/v1$/, ''));
  return HOSTED_BESIDE.get(root) ?? root;
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
