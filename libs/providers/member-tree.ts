import { MemberName } from './member-name.js';

/** The members that somebody wants, by path: `data.refund.amount`. Paths do not enter lists. */
export type MemberTree = {
  readonly name: MemberName;
  /** What the member's token is filed under; null where only members of it are wanted. */
  readonly key: string | null;
  /** By the hash of the name. */
  readonly children: ReadonlyMap<number, readonly MemberTree[]>;
};

/** A path is filed under itself, or under the key that stands beside it. */
export function memberTree(
  paths: Iterable<string | readonly [path: string, key: string]>,
): MemberTree {
  const root: Growing = { name: MemberName.of(''), key: null, children: new Map() };
  for (const entry of paths) {
    const [path, key] = typeof entry === 'string' ? [entry, entry] : entry;
    let node = root;
    for (const name of path.split('.')) node = growChild(node, MemberName.of(name));
    node.key = key;
  }
  return root;
}

export function childOf({ children }: MemberTree, name: MemberName): MemberTree | null {
  const alike = children.get(name.hash);
  if (alike === undefined) return null;
  for (const child of alike) if (child.name.equals(name)) return child;
  return null;
}

type Growing = {
  readonly name: MemberName;
  key: string | null;
  readonly children: Map<number, Growing[]>;
};

function growChild(parent: Growing, name: MemberName): Growing {
  const alike = parent.children.get(name.hash) ?? [];
  const known = alike.find((child) => child.name.equals(name));
  if (known !== undefined) return known;
  const child: Growing = { name, key: null, children: new Map() };
  parent.children.set(name.hash, [...alike, child]);
  return child;
}

/** A member of one of these names could reach a prototype wherever somebody copies the document. */
const FORBIDDEN = ['__proto__', 'constructor', 'prototype'].map((name) => MemberName.of(name));

export function isForbiddenMember(name: MemberName): boolean {
  for (const forbidden of FORBIDDEN) if (name.equals(forbidden)) return true;
  return false;
}
