import { isUuidText } from '../http/parameter-rules.js';
import type { Refusal } from '../http/refusal.js';
import { parsePageSize, type PageRequest } from '../page/list-page.js';

/** The first thing that is wrong with a request, or null: the rules of the REST parameters. */
export function firstRefusal(...refusals: readonly (Refusal | null)[]): Refusal | null {
  return refusals.find((refusal) => refusal !== null) ?? null;
}

/** Absent is right; so is 1 to `lengthMax` characters without NUL, which PostgreSQL cannot hold. */
export function textRefusal(
  name: string,
  text: string | undefined,
  lengthMax: number,
): Refusal | null {
  const isValid = text === undefined || new RegExp(`^[^\\u0000]{1,${lengthMax}}$`, 'u').test(text);
  return isValid ? null : invalid(`${name} must be 1 to ${lengthMax} characters, without NUL.`);
}

export function uuidRefusal(name: string, text: string | undefined): Refusal | null {
  return text === undefined || isUuidText(text) ? null : invalid(`${name} must be a UUID.`);
}

type PageMembers = { readonly pageSize: number; readonly pageToken: string };

export function pageRefusal({ pageSize }: PageMembers): Refusal | null {
  return pageSize >= 0 ? null : invalid('page_size must not be negative.');
}

export function pageOf({ pageSize, pageToken }: PageMembers): PageRequest {
  return { pageSize: parsePageSize(pageSize === 0 ? undefined : String(pageSize)), pageToken };
}

function invalid(detail: string): Refusal {
  return { refused: 'invalid-parameter', detail };
}
