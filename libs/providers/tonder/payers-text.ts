import type { SelectedFacts } from '../fact-members.js';
import { textOf, type Facts } from '../facts.js';
import { CONCEPT_MEMBERS, UNSOLICITED_CONCEPT } from './profile.js';

/** Takes out every concept but Tonder's own: as expected, so without counting it as withheld. */
export function withoutPayersText({ facts, withheld }: SelectedFacts): SelectedFacts {
  const payersText = CONCEPT_MEMBERS.filter((path) => isPayersText(facts, path));
  return {
    facts:
      payersText.length === 0
        ? facts
        : new Map([...facts].filter(([path]) => !payersText.includes(path))),
    withheld: withheld.filter((path) => !CONCEPT_MEMBERS.includes(path)),
  };
}

function isPayersText(facts: Facts, path: string): boolean {
  return facts.has(path) && textOf(facts, path) !== UNSOLICITED_CONCEPT;
}
