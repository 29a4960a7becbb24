/**
 * How far an observation can be believed. Trust is two powers: to *attribute* (which order does this
 * concern) and to *confirm* (what happened to the money).
 *
 * - `signed`: the provider signed the bytes.
 * - `shared-secret`: the caller knew a secret that we put in the callback URL. It attributes, and
 *   confirms nothing: the URL may leak, and the body is not covered.
 * - `unverified`: anybody may have sent it.
 * - `looked-up`: we asked the provider's API.
 * - `commanded`: the provider's answer to our own command.
 * - `operator`: a person with the right scope ruled so.
 */
export type Trust =
  'signed' | 'shared-secret' | 'unverified' | 'looked-up' | 'commanded' | 'operator';

/** May evidence of this trust move a payment's `status`? */
export function mayConfirm(trust: Trust): boolean {
  return trust !== 'shared-secret' && trust !== 'unverified';
}

/**
 * How strongly evidence of this trust ties a payment to an order; 0 means not at all. The strongest
 * attribution wins, so a URL secret never overrides what the provider signed or our own command.
 */
export function attributionStrength(trust: Trust): number {
  return {
    operator: 4,
    commanded: 3,
    signed: 2,
    'looked-up': 2,
    'shared-secret': 1,
    unverified: 0,
  }[trust];
}
