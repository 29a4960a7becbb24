import type { SubjectKind } from '#events/subject.js';

/** What is decided from a delivery's facts for ever: the golden table of keys, per provider. */
export type DeliveryKeys = {
  /** Null where the delivery names none: it goes unkeyed. */
  readonly subject: { readonly kind: SubjectKind; readonly reference: string } | null;
  /** The provider's own name of the event; null where nothing says what this is. */
  readonly eventType: string | null;
  /** Completes (account, subject, eventType, id); null where only the body's digest can. */
  readonly dedupeId: string | null;
};

/** Nothing to go by: a probe, or a shape that we do not know. */
export const noKeys: DeliveryKeys = { subject: null, eventType: null, dedupeId: null };

/** Parts joined by `|`, escaped so that no two lists of parts give one id. */
export function joinDedupeId(...parts: readonly (string | null)[]): string {
  return parts.map((part) => (part ?? '').replaceAll('%', '%25').replaceAll('|', '%7C')).join('|');
}
