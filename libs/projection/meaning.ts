import type { Observation } from '#events/observation.js';
import type { StoredRecord } from '#events/record.js';
import type { Trust } from '#ledger/trust.js';
import type { ProviderEvent } from '#providers/provider.js';

/** A record of the log with the meaning that its provider's interpreter gives it. */
export type Interpreted = {
  readonly record: StoredRecord;
  /** The log's append time, made monotone within the partition. */
  readonly recordedAtMs: number;
  readonly meaning: Meaning;
};

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
