import { parseMajorUnits } from '#ledger/money.js';
import { EXPONENTS } from '#providers/amount.js';
import type { BookEntry, BookObject } from '../books/book-object.js';
import { memberPaths } from './body-text.js';
import { CasePlan } from './case-plan.js';
import {
  forgedDelivery,
  genuineDelivery,
  type DeliveryParts,
  type PlannedDelivery,
} from './delivery.js';
import { forgeriesOf, type Forgery } from './forgery.js';
import type { ToldObject } from './payloads/told-object.js';
import { sourceFor, type PlayedAccount } from './played-accounts.js';
import { scenariosOf, stepOf } from './scenario-catalogue.js';
import type { PlayedProvider, Scenario, Step } from './scenario.js';
import { SeededRandom } from './seeded-random.js';
import { scheduled, type Traffic } from './traffic.js';

export type SingleOptions = {
  readonly provider: PlayedProvider;
  readonly scenario: string | null;
  readonly event: string | null;
  readonly times: number;
  readonly copies: number;
  readonly isForged: boolean;
  /** One way of forging instead of the likeliest. */
  readonly forgery: Forgery | null;
  readonly traffic: Traffic;
  /** How many deliveries apart a delivery may be from where its order would have it. */
  readonly reorderWindow: number;
  readonly replaced: Readonly<Record<string, unknown>>;
  readonly orderId: string | null;
  readonly played: PlayedAccount;
  readonly nowMs: number;
  /** Makes names of this plan different from those of any other. */
  readonly name: string;
  readonly seed: number;
  readonly findByOrder: (orderId: string) => BookEntry | null;
};

export type SinglePlan = {
  readonly deliveries: readonly PlannedDelivery[];
  readonly objects: readonly BookObject[];
};

export type PlanRefusal = { readonly refused: string };

/** A few deliveries that a person asked for: one event or one life cycle, once or several times. */
export function planSingle(options: SingleOptions): SinglePlan | PlanRefusal {
  const story = storyOf(options);
  if ('refused' in story) return story;
  const slotted: { readonly delivery: PlannedDelivery; readonly slot: number }[] = [];
  const objects: BookObject[] = [];
  const tellings: ToldObject[] = [];
  const random = new SeededRandom(options.seed);
  for (let number = 1; number <= options.times; number += 1) {
    const opened = openCase(options, { ...story, number });
    if ('refused' in opened) return opened;
    for (const [offset, step] of story.steps.entries()) {
      const index = opened.nextStep + offset;
      const told = opened.plan.take(step, { index, atMs: options.nowMs + offset });
      tellings.push(told);
      const delivery = stepDelivery(options, { ...opened, told });
      if ('refused' in delivery) return delivery;
      for (let copy = 0; copy <= options.copies; copy += 1) {
        const id = copy === 0 ? delivery.id : `${delivery.id}/copy-${copy}`;
        const slot = slotted.length + random.next() * options.reorderWindow;
        slotted.push({ delivery: { ...delivery, id, copy }, slot });
      }
    }
    objects.push(...opened.plan.objects);
  }
  const unknown = unknownMembers(options, tellings);
  if (unknown !== null) return unknown;
  if (options.reorderWindow > 0) slotted.sort((a, b) => a.slot - b.slot);
  const deliveries = slotted.map(({ delivery }) => delivery);
  return { deliveries: scheduled(deliveries, options.traffic, options.seed), objects };
}

type Story = { readonly scenario: Scenario; readonly steps: readonly Step[] };

function storyOf({ provider, scenario, event }: SingleOptions): Story | PlanRefusal {
  if ((scenario === null) === (event === null)) {
    return { refused: 'Name either a scenario or an event.' };
  }
  if (event !== null) {
    const known = stepOf(provider, event);
    if (known === null) return { refused: `${provider} has no event ${event}.` };
    return { scenario: known.scenario, steps: [known.step] };
  }
  const found = scenariosOf(provider).find(({ name }) => name === scenario);
  return found === undefined
    ? { refused: `${provider} has no scenario ${scenario}.` }
    : { scenario: found, steps: found.steps };
}

type OpenedCase = { readonly plan: CasePlan; readonly isKnown: boolean; readonly nextStep: number };

function openCase(
  options: SingleOptions,
  { scenario, number }: Story & { readonly number: number },
): OpenedCase | PlanRefusal {
  const orderId = number === 1 ? options.orderId : null;
  const known = orderId === null ? null : options.findByOrder(orderId);
  const setting = {
    name: `${options.name}/${number}`,
    label: `${options.name}-${number}`,
    orderId: options.orderId,
    random: new SeededRandom(options.seed, number),
    createdAtMs: options.nowMs,
    environment: options.played.account.environment,
  };
  // It goes on as what the books have, whatever the scenario would have opened.
  const traits =
    known === null
      ? scenario
      : { ...scenario, main: known.object.kind, provider: options.provider };
  const plan = new CasePlan(traits, { ...setting, known });
  const nextStep = (known?.history.at(-1)?.step ?? -1) + 1;
  const { amount, currency } = options.replaced;
  if (known !== null || (amount === undefined && currency === undefined)) {
    return { plan, isKnown: known !== null, nextStep };
  }
  const money = moneyOf(plan.main, { amount, currency });
  if ('refused' in money) return money;
  const random = new SeededRandom(options.seed, number);
  return { plan: new CasePlan(traits, { ...setting, random, money }), isKnown: false, nextStep };
}

/** The amount of something new is its own: the books must tell the same. */
function moneyOf(
  { amountMinor, exponent, ...object }: BookObject,
  { amount, currency: wanted }: { readonly amount: unknown; readonly currency: unknown },
): { readonly amountMinor: number; readonly currency: string } | PlanRefusal {
  const currency = typeof wanted === 'string' ? wanted : object.currency;
  const text =
    typeof amount === 'string' || typeof amount === 'number'
      ? String(amount)
      : String(amountMinor / 10 ** exponent);
  const money = parseMajorUnits(text, { currency, exponent: EXPONENTS[currency] ?? 2 });
  return 'refused' in money
    ? { refused: `The amount or currency is wrong: ${money.refused}.` }
    : { amountMinor: Number(money.minor), currency: money.currency };
}

/** What is to be replaced and stands in no body: a word on what does. */
function unknownMembers(
  { replaced, provider, orderId, findByOrder }: SingleOptions,
  tellings: readonly ToldObject[],
): PlanRefusal | null {
  const isNew = orderId === null || findByOrder(orderId) === null;
  const known = new Set(tellings.flatMap(memberPaths));
  const unknown = Object.keys(replaced).find(
    (path) => !known.has(path) && !(isNew && MONEY.includes(path)),
  );
  if (unknown === undefined) return null;
  const names = [...known].sort().join(', ');
  return { refused: `${provider} has no member ${unknown} in this body. It has: ${names}.` };
}

/** Of something new these are not members but its own amount, whatever the body calls it. */
const MONEY: readonly string[] = ['amount', 'currency'];

function stepDelivery(
  options: SingleOptions,
  { isKnown, told }: Pick<OpenedCase, 'isKnown'> & { readonly told: ToldObject },
): PlannedDelivery | PlanRefusal {
  const { amount, currency, ...others } = options.replaced;
  const replaced = isKnown ? options.replaced : others;
  const { played } = options;
  const parts: DeliveryParts = { played, told, expectedFinalStatus: null, replaced };
  if (!options.isForged && options.forgery === null) return genuineDelivery(parts);
  const { verification } = sourceFor(played, told.object);
  const forgeries = forgeriesOf(verification);
  const isStranger = verification.mode === 'url' && !isKnown && options.orderId !== null;
  const forgery = options.forgery ?? (isStranger ? 'names-another-order' : forgeries[0]);
  if (!forgeries.includes(forgery)) {
    return { refused: `${options.provider} cannot be forged by ${forgery}: its source has none.` };
  }
  return forgedDelivery(parts, forgery);
}
