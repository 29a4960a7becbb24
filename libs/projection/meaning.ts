import type { Observation } from '#events/observation.js';
import type { Trust } from '#ledger/trust.js';
import type { ProviderEvent } from '#providers/provider.js';

/** What a record of the log says, as its provider's interpreter or our own has it. */
export type Meaning =
  | {
      readonly kind: 'event';
      readonly observation: Observation;
      readonly trust: Trust;
      readonly event: ProviderEvent;
      readonly eventId: string;
      readonly subjectId: string;
    }
  | {
      readonly kind: 'ignored';
      readonly observation: Observation;
      readonly trust: Trust;
      readonly reason: string;
    }
  /** The books of a period end: see `foldBooks`. */
  | {
      readonly kind: 'period-close';
      readonly observation: Observation;
      readonly trust: Trust;
      readonly periodId: string;
      /** ISO 8601 in UTC with milliseconds: the first instant that is open. */
      readonly until: string;
    }
  /** A deterministic failure on evidence that we must believe: the subject parks. */
  | {
      readonly kind: 'poison';
      readonly observation: Observation | null;
      readonly reason: string;
    };
