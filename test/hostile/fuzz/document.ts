/**
 * A JSON document that need not be one: members repeat, and what stands for a name or a value is any
 * text at all. Mutations change it in place, so each delivery works on a copy of its own.
 */
export type Node =
  | { kind: 'object'; members: Member[] }
  | { kind: 'list'; items: Node[] }
  | { kind: 'raw'; text: string };

/** `name` as it is written, quotes included. */
export type Member = { name: string; value: Node };

export function documentOf(value: unknown): Node {
  if (Array.isArray(value)) return { kind: 'list', items: value.map(documentOf) };
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([name, member]) => ({
      name: JSON.stringify(name),
      value: documentOf(member),
    }));
    return { kind: 'object', members };
  }
  return raw(JSON.stringify(value));
}

/** What `structuredClone` does, at a tenth of its cost. */
export function copyOf(node: Node): Node {
  if (node.kind === 'raw') return raw(node.text);
  if (node.kind === 'list') return { kind: 'list', items: node.items.map(copyOf) };
  const members = node.members.map(({ name, value }) => ({ name, value: copyOf(value) }));
  return { kind: 'object', members };
}

export function raw(text: string): Node {
  return { kind: 'raw', text };
}

export function jsonText(node: Node): string {
  if (node.kind === 'raw') return node.text;
  if (node.kind === 'list') return `[${node.items.map(jsonText).join(',')}]`;
  return `{${node.members.map(({ name, value }) => `${name}:${jsonText(value)}`).join(',')}}`;
}

/** As senders write forms: nested members as `a[b]`, texts without their quotes. */
export function formText(node: Node): string {
  return pairsOf(node, '')
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .join('&');
}

/** Every member of the document, whichever object holds it. */
export function placesOf(node: Node): Place[] {
  if (node.kind === 'raw') return [];
  if (node.kind === 'list') return node.items.flatMap(placesOf);
  return node.members.flatMap((member) => [{ owner: node, member }, ...placesOf(member.value)]);
}

export type Place = { readonly owner: Extract<Node, { kind: 'object' }>; readonly member: Member };

function pairsOf(node: Node, path: string): (readonly [string, string])[] {
  if (node.kind === 'raw') return [[path, unquoted(node.text)]];
  const inside = (name: string): string => (path === '' ? name : `${path}[${name}]`);
  if (node.kind === 'list') return node.items.flatMap((item) => pairsOf(item, inside('')));
  return node.members.flatMap(({ name, value }) => pairsOf(value, inside(unquoted(name))));
}

function unquoted(text: string): string {
  return text.startsWith('"') && text.endsWith('"') && text.length > 1 ? text.slice(1, -1) : text;
}

function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
