import { selectFacts, type FactMembers, type SelectedFacts } from './fact-members.js';
import { scanForm } from './form-scanner.js';
import { scanJson } from './json-scanner.js';

export type ReadBody = SelectedFacts | { readonly refused: string };

/** Facts of a body that must be one JSON object. */
export function readJsonBody(body: Buffer, members: FactMembers): ReadBody {
  if (body.length === 0) return { refused: 'empty-body' };
  const scan = scanJson(body, members.tree);
  if ('refused' in scan) return scan;
  return scan.root === '{' ? selectFacts(scan.tokens, members) : { refused: 'not-an-object' };
}

/**
 * Facts of a body that may be JSON or a form. The first byte decides, not the content type: senders
 * label forms as JSON and the other way round, and no form starts with a brace.
 */
export function readJsonOrFormBody(body: Buffer, members: FactMembers): ReadBody {
  if (body.length === 0) return { refused: 'empty-body' };
  if (/^\s*[{["\uFEFF]/.test(body.toString('utf8', 0, 64))) return readJsonBody(body, members);
  const scan = scanForm(body, members.tree);
  return 'refused' in scan ? scan : selectFacts(scan.tokens, members);
}
