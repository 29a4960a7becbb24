/**
 * Why an operator has a subject booked anew, by the rule in force now: `rule-change` a new rule is to hold
 * for what came before it too · `rule-error` the rule that it was booked by was wrong · `audit-finding`
 * somebody who checked the books asked for it. For ever, because the log keeps them: codes are appended.
 */
export const CORRECTION_CODES = ['rule-change', 'rule-error', 'audit-finding'] as const;

export type CorrectionCode = (typeof CORRECTION_CODES)[number];

export function isCorrectionCode(text: string | null): text is CorrectionCode {
  return CORRECTION_CODES.some((code) => code === text);
}
