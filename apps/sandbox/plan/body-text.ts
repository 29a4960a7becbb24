import type { BookObject } from '../books/book-object.js';
import { payloadOf } from './payloads/payload.js';
import type { ToldObject } from './payloads/told-object.js';

export type BodyText = { readonly text: string; readonly contentType: string };

/** What is told, in the provider's own form; members are replaced before it is encoded. */
export function bodyTextOf(
  told: ToldObject,
  replaced: Readonly<Record<string, unknown>> = {},
): BodyText {
  const members = payloadOf(told);
  for (const [path, value] of Object.entries(replaced)) replaceMember(members, path, value);
  return isForm(told.object)
    ? { text: formText(members), contentType: 'application/x-www-form-urlencoded' }
    : { text: JSON.stringify(members), contentType: 'application/json' };
}

/** What may be replaced in what is told: every member by its path, and those within a wrapper by name. */
export function memberPaths(told: ToldObject): readonly string[] {
  return pathsIn(payloadOf(told), []).flatMap((names) => {
    const [path, bare] = [names.join('.'), names.slice(wrappersOf(names)).join('.')];
    return path === bare || bare === '' ? [path] : [path, bare];
  });
}

function pathsIn(
  members: Readonly<Record<string, unknown>>,
  at: readonly string[],
): readonly (readonly string[])[] {
  return Object.entries(members).flatMap(([name, value]) => {
    const path = [...at, name];
    return isRecord(value) ? [path, ...pathsIn(value, path)] : [path];
  });
}

/** How many of the names in front are wrappers, of a member that is wrapped by nothing else. */
function wrappersOf(names: readonly string[]): number {
  const isWrapped = names.slice(0, -1).every((name) => WRAPPERS.some((known) => known === name));
  return isWrapped ? names.length - 1 : 0;
}

function isForm({ form }: BookObject): boolean {
  return form === 'documented-form' || form === 'original-form';
}

function formText(members: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(members).map(([name, value]): [string, string] => [
    name,
    String(value),
  ]);
  return new URLSearchParams(pairs).toString();
}

const WRAPPERS = ['data', 'transaction', 'customer'] as const;

/** A bare name that only the wrapped object has means the member there. */
function replaceMember(members: Record<string, unknown>, path: string, value: unknown): void {
  const names = path.split('.');
  const last = names.pop() ?? '';
  let target = members;
  if (names.length === 0 && !Object.hasOwn(members, last)) target = wrappedBy(members, last);
  for (const name of names) {
    const next = Object.hasOwn(target, name) ? target[name] : undefined;
    const inner: Record<string, unknown> = isRecord(next) ? next : {};
    set(target, name, inner);
    target = inner;
  }
  set(target, last, value);
}

function wrappedBy(members: Record<string, unknown>, name: string): Record<string, unknown> {
  for (const wrapper of WRAPPERS) {
    const inner = Object.hasOwn(members, wrapper) ? members[wrapper] : undefined;
    if (!isRecord(inner)) continue;
    const found = Object.hasOwn(inner, name) ? inner : wrappedBy(inner, name);
    if (Object.hasOwn(found, name)) return found;
  }
  return members;
}

/** `__proto__` is a member like any other: hostile bodies are made with this, too. */
function set(target: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(target, name, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
