import {
  createCipheriv,
  createHmac,
  createSecretKey,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import { BENCH_SECRET, type DeliveryName, type SentDelivery } from '../deliveries.js';

const secret = Buffer.from(BENCH_SECRET);
const signingKey = createSecretKey(secret);
const sealingKey = createSecretKey(randomBytes(32));
const NONCE_BYTES = 12;

type Request = {
  readonly query: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
};

/** Whether a delivery proves itself, in the fewest lines that check it over what was received. */
export function checkByHand(name: DeliveryName, request: Request | SentDelivery): boolean {
  const { query, headers, body } = request;
  switch (name) {
    case 'mintcash':
      return isSignature(headers['x-signature'], body);
    case 'conomy-b':
      return isSignature(headers['x-webhook-signature'], body);
    case 'tonder-hosted':
      return isSignature(headers['tonder-signature'], body);
    case 'conomy-a': {
      const { signature, ...rest } = JSON.parse(body.toString()) as { signature?: string };
      return isSignature(signature, JSON.stringify(rest));
    }
    case 'tonder-direct':
      return isSecret(String(headers['authorization']).slice('Bearer '.length));
    case 'cobru':
      return isSecret(new URLSearchParams(query).get('t') ?? '');
  }
}

/** AES-256-GCM under one key. */
export function sealByHand(body: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', sealingKey, nonce);
  const ciphertext = cipher.update(body);
  cipher.final();
  return Buffer.concat([nonce, ciphertext, cipher.getAuthTag()]);
}

function isSignature(sent: string | string[] | undefined, text: string | Buffer): boolean {
  if (typeof sent !== 'string' || sent.length !== 64) return false;
  const expected = createHmac('sha256', signingKey).update(text).digest();
  return timingSafeEqual(expected, Buffer.from(sent, 'hex'));
}

function isSecret(sent: string): boolean {
  const bytes = Buffer.from(sent);
  return bytes.length === secret.length && timingSafeEqual(bytes, secret);
}
