import { copyOf, placesOf, raw, type Node, type Place } from './document.js';
import { NAMES, SPLICES, TOKENS, type Nasties } from './nasties.js';

export const OPERATIONS = [
  'drop',
  'double',
  'double-apart',
  'retype',
  'nest',
  'nest-deep',
  'unwrap',
  'rename',
  'escape-name',
  'splice',
  'swap',
  'add',
  'flood',
  'wrap-all',
] as const;

/** Numbers that are taken modulo what there is, so that they mean something for every document. */
export type Mutation = {
  readonly operation: (typeof OPERATIONS)[number];
  /** Which member. */
  readonly at: number;
  /** Which name, token or text. */
  readonly pick: number;
};

/** The document with the change; itself changed, but for its root. */
export function mutated(document: Node, { operation, at, pick }: Mutation): Node {
  if (operation === 'wrap-all') return wrapped(document, pick);
  const places = placesOf(document);
  const place = places[at % Math.max(places.length, 1)];
  if (place === undefined) return raw(picked(TOKENS, pick));
  mutateMember(place, { operation, pick, other: places[pick % places.length] ?? place });
  return document;
}

function mutateMember(
  { owner, member }: Place,
  {
    operation,
    pick,
    other,
  }: { readonly operation: Mutation['operation']; readonly pick: number; readonly other: Place },
): void {
  const { members } = owner;
  const index = members.indexOf(member);
  const token = raw(picked(TOKENS, pick));
  switch (operation) {
    case 'drop':
      members.splice(index, 1);
      return;
    case 'double':
      members.push({ name: member.name, value: copyOf(member.value) });
      return;
    case 'double-apart':
      members.unshift({ name: member.name, value: token });
      return;
    case 'retype':
      member.value = token;
      return;
    case 'nest':
      member.value = wrapped(member.value, pick);
      return;
    case 'nest-deep':
      for (let depth = pick % 40; depth > 0; depth -= 1) member.value = wrapped(member.value, pick);
      return;
    case 'unwrap':
      if (member.value.kind === 'object') members.splice(index, 1, ...member.value.members);
      return;
    case 'rename':
      member.name = picked(NAMES, pick);
      return;
    case 'escape-name':
      member.name = member.name.replace(/[a-z]/i, (letter) => {
        return `\\u00${letter.charCodeAt(0).toString(16)}`;
      });
      return;
    case 'splice':
      member.value = raw(spliced(member.value, pick));
      return;
    case 'swap':
      [member.value, other.member.value] = isInside(member.value, other.member.value)
        ? [member.value, other.member.value]
        : [other.member.value, member.value];
      return;
    case 'add':
      members.push({ name: picked(NAMES, pick), value: copyOf(other.member.value) });
      return;
    case 'flood':
      for (let n = 0; n < 1_100; n += 1) members.push({ name: `"m${n}"`, value: raw('1') });
      return;
    case 'wrap-all':
  }
}

/** Three of four leave the document readable, or hardly anything would come to be interpreted. */
function picked({ all, readable }: Nasties, pick: number): string {
  const list = pick % 4 === 0 ? all : readable;
  return list[(pick >> 2) % list.length] ?? '';
}

function wrapped(node: Node, pick: number): Node {
  return pick % 2 === 0
    ? { kind: 'list', items: [node] }
    : { kind: 'object', members: [{ name: picked(NAMES, pick), value: node }] };
}

function spliced(node: Node, pick: number): string {
  const text = node.kind === 'raw' ? node.text : '"x"';
  const start = text.startsWith('"') ? 1 : 0;
  const at = start + (pick % Math.max(text.length - 2 * start, 1));
  return text.slice(0, at) + picked(SPLICES, pick) + text.slice(at);
}

/** A swap of one with what is in it would make a document without end. */
function isInside(one: Node, other: Node): boolean {
  return one !== other && (holds(one, other) || holds(other, one));
}

function holds(outer: Node, inner: Node): boolean {
  return placesOf(outer).some(({ member }) => member.value === inner);
}
