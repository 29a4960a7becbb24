import { readFile } from 'node:fs/promises';
import {
  POSTING_CHOICES,
  POSTING_RULES,
  postingRuleAt,
  type PostingRule,
} from '#ledger/posting/rules.js';
import { CommandError } from './command.js';

const CHOICES = Object.keys(POSTING_CHOICES) as readonly (keyof typeof POSTING_CHOICES)[];

/**
 * Reads a posting rule: `{"name":"taxes-with-fees","effectiveFrom":"2026-01-01T00:00:00.000Z",
 * "taxAccount":"fees"}`. Without `effectiveFrom` it is from the beginning; a choice that is left out is as
 * in the rule in force at that time.
 *
 * Throws `CommandError` naming everything that is wrong with the file.
 */
export async function readRuleFile(path: string): Promise<PostingRule> {
  const fail = (message: string, cause?: unknown): CommandError =>
    new CommandError(message, { exitCode: 2, hint: 'See `cuadre ledger diff --help`.', cause });
  let members: unknown;
  try {
    members = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw fail(`${path} cannot be read as JSON: ${describe(error)}`, error);
  }
  const rule = parseRule(members);
  if ('problems' in rule) throw fail(`${path} is no posting rule: ${rule.problems.join(' ')}`);
  return rule;
}

export function parseRule(
  members: unknown,
): PostingRule | { readonly problems: readonly string[] } {
  if (typeof members !== 'object' || members === null || Array.isArray(members)) {
    return { problems: ['It has to be one JSON object.'] };
  }
  const {
    name,
    effectiveFrom = POSTING_RULES[0].effectiveFrom,
    ...choices
  } = members as Readonly<Record<string, unknown>>;
  const problems: string[] = [];
  if (typeof name !== 'string' || !/^[a-z0-9][a-z0-9-]{0,39}$/.test(name)) {
    problems.push('`name` has to be 1 to 40 lower-case letters, digits and hyphens.');
  }
  if (!isInstant(effectiveFrom)) {
    problems.push('`effectiveFrom` has to be a UTC time like 2026-01-01T00:00:00.000Z.');
  }
  for (const [choice, value] of Object.entries(choices)) {
    const known = CHOICES.find((one) => one === choice);
    if (known === undefined) {
      problems.push(`There is no choice \`${choice}\`, only ${CHOICES.join(', ')}.`);
    } else if (!(POSTING_CHOICES[known] as readonly unknown[]).includes(value)) {
      problems.push(`\`${choice}\` has to be one of ${POSTING_CHOICES[known].join(', ')}.`);
    }
  }
  if (problems.length > 0) return { problems };
  const from = String(effectiveFrom);
  return {
    ...postingRuleAt(POSTING_RULES, from),
    ...choices,
    name: String(name),
    effectiveFrom: from,
  };
}

function isInstant(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  const ms = Date.parse(value);
  return !Number.isNaN(ms) && new Date(ms).toISOString() === value;
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
