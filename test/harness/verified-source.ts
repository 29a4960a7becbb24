import { createHmac } from 'node:crypto';
import type {
  BodyFieldSignature,
  HeaderSignature,
  Secret,
  Source,
  SourceVerification,
} from '#providers/account.js';
import {
  checkCredential,
  checkSignature,
  type RequestHeaders,
  type VerificationCheck,
} from '#providers/verification.js';

export const CURRENT: Secret = { id: 's2', value: 'current-signing-secret' };
export const FORMER: Secret = { id: 's1', value: 'former-signing-secret' };
const BOTH = [CURRENT, FORMER] as const;

const FORM = { mode: 'hmac', algorithm: 'sha256', encoding: 'hex', prefix: '' } as const;

export const IN_HEADER: HeaderSignature = {
  ...FORM,
  in: 'header',
  header: 'x-signature',
  timestampHeader: null,
  timestampPart: null,
  toleranceSeconds: null,
  signedTemplate: '{body}',
};

export const IN_BODY: BodyFieldSignature = {
  ...FORM,
  in: 'bodyField',
  field: 'signature',
  signedMembers: ['event', 'data'],
};

type Active = { readonly secrets?: readonly Secret[]; readonly enforcement?: 'enforce' | 'log' };

export function signedInHeader(changes: Partial<HeaderSignature> & Active = {}): Source {
  return sourceOf({ ...IN_HEADER, secrets: BOTH, enforcement: 'enforce', ...changes });
}

export function signedInBody(changes: Partial<BodyFieldSignature> & Active = {}): Source {
  return sourceOf({ ...IN_BODY, secrets: BOTH, enforcement: 'enforce', ...changes });
}

/** As Conomy is by default, but for the header's name. */
export function signedInEither(changes: Active = {}): Source {
  const of = [IN_BODY, IN_HEADER];
  return sourceOf({ mode: 'any', of, secrets: BOTH, enforcement: 'enforce', ...changes });
}

export function sourceOf(verification: SourceVerification): Source {
  const rate = { perSecond: 1, burst: 1 };
  return {
    name: 'source',
    verification,
    rate: { verified: rate, unverified: rate },
    wrongEnvironmentStatus: 400,
  };
}

export type Sent = {
  readonly body?: string | Buffer;
  readonly headers?: RequestHeaders;
  readonly query?: Readonly<Record<string, string>>;
  readonly account?: string;
  readonly receivedAtMs?: number;
};

/** What the edge finds, in its two steps. */
export function verify(source: Source, sent: Sent): VerificationCheck {
  const { body = '', headers = {}, query = {}, account = 'account', receivedAtMs = 0 } = sent;
  const credential = checkCredential(source, { headers, query, account, receivedAtMs });
  return checkSignature(source, { headers, body: Buffer.from(body), credential });
}

export function signatureOf(
  message: string | Buffer,
  secret = CURRENT.value,
  encoding: 'hex' | 'base64' = 'hex',
): string {
  return createHmac('sha256', secret).update(message).digest(encoding);
}

/** The message with its signature appended, as Conomy's sample code does it. */
export function appendSignature(message: string, signature = signatureOf(message)): string {
  return `${message.slice(0, -1)},"signature":"${signature}"}`;
}
