import { createHmac } from 'node:crypto';
import type { SignatureWay, SourceVerification } from '#providers/account.js';

/** What a delivery carries to prove itself. */
export type Proof = {
  readonly headers: Readonly<Record<string, string>>;
  readonly query: string;
  readonly body: Buffer;
};

/** The right credentials for these very bytes, by the source's first secret. */
export function proofOf(
  verification: SourceVerification,
  { body, order, pick }: { readonly body: Buffer; readonly order: string; readonly pick: number },
): Proof {
  switch (verification.mode) {
    case 'none':
      return { headers: {}, query: '', body };
    case 'url': {
      const { parameter, referenceParameter, secrets } = verification;
      const credential = encodeURIComponent(secrets[0]?.value ?? '');
      const query = `${referenceParameter}=${encodeURIComponent(order)}&${parameter}=${credential}`;
      return { headers: {}, query, body };
    }
    case 'static': {
      const secret = verification.secrets[0]?.value ?? '';
      return { headers: staticHeaders(verification, secret), query: '', body };
    }
    case 'hmac':
    case 'any': {
      const ways = verification.mode === 'any' ? verification.of : [verification];
      const way = ways[pick % ways.length];
      if (way === undefined) return { headers: {}, query: '', body };
      return signed(way, { body, secret: verification.secrets[0]?.value ?? '' });
    }
  }
}

function signed(
  way: SignatureWay,
  { body, secret }: { readonly body: Buffer; readonly secret: string },
): Proof {
  if (way.in === 'bodyField') {
    const signature = signatureOf(way, { bytes: body, secret });
    const end = body.lastIndexOf('}');
    if (end === -1) return { headers: {}, query: '', body };
    const isEmpty = body.subarray(0, end).toString('latin1').trim() === '{';
    const member = Buffer.from(`${isEmpty ? '' : ','}"${way.field}":"${signature}"`);
    const whole = Buffer.concat([body.subarray(0, end), member, body.subarray(end)]);
    return { headers: {}, query: '', body: whole };
  }
  const seconds = String(Math.floor(Date.now() / 1_000));
  const bytes =
    way.signedTemplate === '{timestamp}.{body}'
      ? Buffer.concat([Buffer.from(`${seconds}.`), body])
      : body;
  const signature = signatureOf(way, { bytes, secret });
  const text =
    way.timestampPart === null ? signature : `${way.timestampPart}=${seconds},${signature}`;
  const time = way.timestampHeader === null ? {} : { [way.timestampHeader]: seconds };
  return { headers: { [way.header]: text, ...time }, query: '', body };
}

function signatureOf(
  { algorithm, encoding, prefix }: SignatureWay,
  { bytes, secret }: { readonly bytes: Buffer; readonly secret: string },
): string {
  return prefix + createHmac(algorithm, secret).update(bytes).digest(encoding);
}

function staticHeaders(
  verification: Extract<SourceVerification, { mode: 'static' }>,
  secret: string,
): Readonly<Record<string, string>> {
  if (verification.scheme === 'header') return { [verification.header]: secret };
  if (verification.scheme === 'bearer') return { authorization: `Bearer ${secret}` };
  const pair = Buffer.from(`${verification.username}:${secret}`).toString('base64');
  return { authorization: `Basic ${pair}` };
}
