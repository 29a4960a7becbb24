import type { SourceVerification } from '../account.js';
import { basicCredential, credentialHeader } from './static-credential.js';

/** Every text by which a sender could prove itself: what must be found nowhere in what is kept. */
export function secretTextsOf(verification: SourceVerification): readonly string[] {
  if (verification.mode === 'none') return [];
  const { secrets } = verification;
  const values = secrets.map(({ value }) => value);
  if (verification.mode === 'url') {
    return [...values, ...verification.tokenKeys.map(({ value }) => value)];
  }
  if (verification.mode !== 'static' || verification.scheme !== 'basic') return values;
  const { username } = verification;
  const encoded = values.map((password) => unpadded(basicCredential(username, password)));
  return [...values, ...encoded];
}

/** In base64, and found whether or not it is padded. */
function unpadded(text: string): string {
  return Buffer.from(text).toString('base64').replace(/=+$/, '');
}

/** Headers that carry a credential or a signature, lower case: never kept, whatever they hold. */
export function credentialHeadersOf(verification: SourceVerification): readonly string[] {
  switch (verification.mode) {
    case 'static':
      return [credentialHeader(verification)];
    case 'hmac':
      return verification.in === 'header' ? [verification.header] : [];
    case 'any':
      return verification.of.flatMap((way) => (way.in === 'header' ? [way.header] : []));
    case 'url':
    case 'none':
      return [];
  }
}
