import type { PlayedProvider, Step } from '../plan/scenarios.js';

/** A payment as the played provider knows it. Amounts are minor units below 2^53. */
export type SandboxPayment = {
  readonly provider: PlayedProvider;
  /** Cobru's slug, or MintCash's payment id. */
  readonly reference: string;
  readonly orderId: string;
  readonly amountMinor: number;
  readonly currency: string;
  /** Decimals of the currency. */
  readonly exponent: number;
  readonly method: string;
  readonly createdAtMs: number;
  /** Which of the documented and the seen forms the provider uses for this payment. */
  readonly shape: 'documented' | 'original';
  readonly encoding: 'json' | 'form';
};

/** One thing that happened to a payment. */
export type Happening = {
  /** Counts up from 0; a lower one never undoes a higher one. */
  readonly step: number;
  readonly event: string;
  readonly atMs: number;
  readonly refundedMinor: number;
};

export type BookEntry = {
  readonly payment: SandboxPayment;
  readonly history: readonly Happening[];
};

export function happeningOf(
  payment: SandboxPayment,
  { step, index, atMs }: { step: Step; index: number; atMs: number },
): Happening {
  return {
    step: index,
    event: step.event,
    atMs,
    refundedMinor: Math.round((payment.amountMinor * (step.refundedPercent ?? 0)) / 100),
  };
}

/** Major units as a JSON number, the way these providers send them. */
export function majorUnits(minor: number, exponent: number): number {
  return Number((minor / 10 ** exponent).toFixed(exponent));
}
