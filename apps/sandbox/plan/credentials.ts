import { createHmac } from 'node:crypto';
import type { Account, Secret, SignatureWay, SourceVerification } from '#providers/account.js';
import { makeToken } from '#providers/per-payment-token.js';
import type { BookObject } from '../books/book-object.js';
import { digestOf } from './seeded-random.js';

/** A body as it would be sent, before anything proves where it comes from. */
export type UnsignedBody = {
  readonly text: string;
  /** What it tells of: a per-payment token is bound to our reference, Conomy's way to the contract. */
  readonly object: Pick<BookObject, 'orderId' | 'reference' | 'form'>;
  readonly signedAtMs: number;
};

/** What proves a delivery: headers, parameters of the URL, or a member of the body. */
export type ProvenDelivery = {
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly text: string;
};

/**
 * With the credentials that the source's verification wants, of the newest secret or of the one given:
 * a forger's guess.
 */
export function proven(
  verification: SourceVerification,
  body: UnsignedBody,
  { account, secret }: { readonly account: Account; readonly secret?: string },
): ProvenDelivery {
  const { text, object } = body;
  const none: ProvenDelivery = { headers: {}, query: {}, text };
  switch (verification.mode) {
    case 'none':
      return none;
    case 'url':
      return { ...none, query: callbackQuery(verification, { account, object, secret }) };
    case 'static':
      return { ...none, headers: staticHeader(verification, secretOf(verification, secret)) };
    default: {
      const way = wayFor(verification, object);
      const signature = signatureOf(way, body, secretOf(verification, secret));
      return withSignature(way, body, signature);
    }
  }
}

/** Puts a signature beside a body that it need not have been made for. */
export function withSignature(
  way: SignatureWay,
  { text, signedAtMs }: UnsignedBody,
  signature: string,
): ProvenDelivery {
  if (way.in === 'bodyField') {
    // Appended, as the vendor's own code does.
    const member = `${JSON.stringify(way.field)}:${JSON.stringify(signature)}`;
    const isEmpty = text === '{}';
    return { headers: {}, query: {}, text: `${text.slice(0, -1)}${isEmpty ? '' : ','}${member}}` };
  }
  const at = String(Math.floor(signedAtMs / 1_000));
  const value = way.timestampPart === null ? signature : `${way.timestampPart}=${at},${signature}`;
  return {
    headers: {
      [way.header]: value,
      ...(way.timestampHeader !== null && { [way.timestampHeader]: at }),
    },
    query: {},
    text,
  };
}

/** The way that this object's deliveries are signed; null where the source has no signatures. */
export function wayFor(
  verification: Extract<SourceVerification, { mode: 'hmac' | 'any' }>,
  { form }: Pick<BookObject, 'form'>,
): SignatureWay {
  if (verification.mode === 'hmac') return verification;
  // Conomy's contracts A and C sign in the body, B in a header.
  const wanted = form === 'a' || form === 'c' ? 'bodyField' : 'header';
  const way = verification.of.find((one) => one.in === wanted) ?? verification.of[0];
  if (way === undefined) throw new Error('A source without a way to sign.');
  return way;
}

export function signatureOf(
  { algorithm, encoding, prefix, ...way }: SignatureWay,
  { text, signedAtMs }: UnsignedBody,
  secret: string,
): string {
  const isTimed = way.in === 'header' && way.signedTemplate === '{timestamp}.{body}';
  const signed = isTimed ? `${Math.floor(signedAtMs / 1_000)}.${text}` : text;
  return `${prefix}${createHmac(algorithm, secret).update(signed).digest(encoding)}`;
}

export function secretOf(
  { secrets }: { readonly secrets: readonly Secret[] },
  guessed?: string,
): string {
  return guessed ?? secrets[0]?.value ?? '';
}

function staticHeader(
  verification: Extract<SourceVerification, { mode: 'static' }>,
  secret: string,
): Readonly<Record<string, string>> {
  switch (verification.scheme) {
    case 'bearer':
      return { authorization: `Bearer ${secret}` };
    case 'header':
      return { [verification.header]: secret };
    case 'basic': {
      const pair = Buffer.from(`${verification.username}:${secret}`).toString('base64');
      return { authorization: `Basic ${pair}` };
    }
  }
}

/** Half of the payments use a token of their own where the source has a key for it. */
function callbackQuery(
  verification: Extract<SourceVerification, { mode: 'url' }>,
  {
    account,
    object,
    secret: guessed,
  }: {
    readonly account: Account;
    readonly object: UnsignedBody['object'];
    readonly secret: string | undefined;
  },
): Readonly<Record<string, string>> {
  const [key] = verification.tokenKeys;
  const [secret] = verification.secrets;
  const usesToken = key !== undefined && (secret === undefined || digestOf(object.reference) < '8');
  const credential = usesToken
    ? makeToken({ key, account: account.id, reference: object.orderId })
    : (secret?.value ?? '');
  return {
    [verification.referenceParameter]: object.orderId,
    [verification.parameter]: guessed ?? credential,
  };
}
