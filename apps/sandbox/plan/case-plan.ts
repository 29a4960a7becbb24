import { EXPONENTS } from '#providers/amount.js';
import type { BookEntry, BookObject, Happening } from '../books/book-object.js';
import { referenceFrom } from './object-ids.js';
import type { ToldObject } from './payloads/told-object.js';
import { statusAfter } from './provider-status.js';
import {
  kindOf,
  mainRole,
  type Currency,
  type ObjectKind,
  type Role,
  type Scenario,
  type Step,
} from './scenario.js';
import type { SeededRandom } from './seeded-random.js';

export type CaseTraits = Pick<
  Scenario,
  'provider' | 'main' | 'finalStatus' | 'money' | 'methods' | 'forms'
>;

export type CaseSetting = {
  /** Makes the ids of this case different from those of any other. */
  readonly name: string;
  /** Our own references follow from it: `ORD-{label}`. */
  readonly label: string;
  /** Instead of what follows from the label, for what the scenario is about. */
  readonly orderId?: string | null;
  readonly random: SeededRandom;
  readonly createdAtMs: number;
  readonly environment: 'test' | 'live';
  /** What the books know of it already. */
  readonly known?: BookEntry | null;
  readonly money?: { readonly amountMinor: number; readonly currency: string } | null;
};

/** One scenario under way: the things that it is about, and what has happened to each. */
export class CasePlan {
  readonly #traits: CaseTraits;
  readonly #setting: CaseSetting;
  readonly #entries = new Map<Role, { object: BookObject; history: Happening[] }>();

  constructor(traits: CaseTraits, setting: CaseSetting) {
    this.#traits = traits;
    this.#setting = setting;
    const main = mainRole(traits);
    const { known } = setting;
    this.#entries.set(main, {
      object: known?.object ?? openMain(traits, setting),
      history: [...(known?.history ?? [])],
    });
  }

  get main(): BookObject {
    return this.#entry(mainRole(this.#traits)).object;
  }

  get objects(): readonly BookObject[] {
    return [...this.#entries.values()].map(({ object }) => object);
  }

  get roles(): readonly Role[] {
    return [...this.#entries.keys()];
  }

  /** Our own reference of what has this role. */
  orderIdOf(role: Role): string {
    if (role === mainRole(this.#traits)) return this.main.orderId;
    // What a subscription charges is an order of its own; everything else belongs to the one there is.
    return this.main.kind === 'subscription'
      ? `ORD-${this.#setting.label}-${role.split('-')[1] ?? '1'}`
      : this.main.orderId;
  }

  /** Takes the step and answers what can be told from then on. */
  take(step: Step, { index, atMs }: { index: number; atMs: number }): ToldObject {
    const entry = this.#entry(step.of ?? mainRole(this.#traits), step.amountPercent);
    const happening = happeningOf(entry, { step, index, atMs, main: this.main });
    entry.history.push(happening);
    const [first = happening, ...others] = entry.history;
    return {
      object: entry.object,
      history: [first, ...others],
      environment: this.#setting.environment,
    };
  }

  #entry(role: Role, amountPercent?: number): { object: BookObject; history: Happening[] } {
    const known = this.#entries.get(role);
    if (known !== undefined) return known;
    const { main } = this;
    const related = { ...main.related, [main.kind]: main.reference };
    const kind = kindOf(role);
    const { provider } = main;
    const object: BookObject = {
      ...main,
      kind,
      related,
      reference: referenceFrom({ provider, kind, related }, `${this.#setting.name}/${role}`),
      orderId: this.orderIdOf(role),
      amountMinor: Math.round((main.amountMinor * (amountPercent ?? 100)) / 100),
    };
    const entry = { object, history: [] };
    this.#entries.set(role, entry);
    return entry;
  }
}

/** In major units. */
const RANGES: Readonly<Record<Currency, readonly [min: number, max: number]>> = {
  ARS: [2_000, 900_000],
  CLP: [1_000, 500_000],
  COP: [10_000, 900_000],
  EUR: [1.5, 499.99],
  GBP: [1.5, 499.99],
  MXN: [50, 20_000],
  USD: [1.5, 499.99],
};

const LABELS: Readonly<Partial<Record<ObjectKind, string>>> = {
  refund: 'RFD',
  withdrawal: 'WDR',
  'bank-withdrawal': 'WDR',
  'cash-withdrawal': 'WDR',
  customer: 'CUS',
  subscription: 'SUB',
  probe: 'PRB',
};

function openMain(traits: CaseTraits, setting: CaseSetting): BookObject {
  const { provider } = traits;
  const { random, name, label } = setting;
  const kind = kindOf(mainRole(traits));
  const chosen = random.pick(traits.money.currencies);
  const currency = setting.money?.currency ?? chosen;
  const exponent = EXPONENTS[currency] ?? 2;
  const amountMinor = randomAmount(chosen, traits.money.range ?? RANGES[chosen], random);
  // The parent of a refund that stands alone is a payment that nobody knows.
  const related =
    kind === 'refund'
      ? { payment: referenceFrom({ provider, kind: 'payment', related: {} }, `unknown/${name}`) }
      : {};
  const isOrder = traits.finalStatus !== null || LABELS[kind] !== undefined;
  return {
    provider,
    kind,
    reference: referenceFrom({ provider, kind, related }, name),
    orderId: setting.orderId ?? `${isOrder ? (LABELS[kind] ?? 'ORD') : 'DEP'}-${label}`,
    amountMinor: setting.money?.amountMinor ?? amountMinor,
    currency,
    exponent,
    method: random.pick(traits.methods),
    createdAtMs: setting.createdAtMs,
    form: random.pick(traits.forms),
    related,
  };
}

function randomAmount(
  currency: Currency,
  [min, max]: readonly [min: number, max: number],
  random: SeededRandom,
): number {
  const scale = 10 ** (EXPONENTS[currency] ?? 2);
  const minor = random.integer(Math.round(min * scale), Math.round(max * scale));
  // Nobody asks for centavos in Colombia.
  return currency === 'COP' ? Math.round(minor / 100_000) * 100_000 : minor;
}

function happeningOf(
  { object, history }: { readonly object: BookObject; readonly history: readonly Happening[] },
  { step, index, atMs, main }: { step: Step; index: number; atMs: number; main: BookObject },
): Happening {
  const before = history.at(-1)?.refundedMinor ?? 0;
  const refundedMinor =
    step.refundedPercent === undefined
      ? before
      : Math.max(before, Math.round((object.amountMinor * step.refundedPercent) / 100));
  const isReceived = object === main && step.amountPercent !== undefined;
  return {
    step: index,
    event: step.event,
    atMs,
    status: statusAfter(object.provider, step),
    amountMinor:
      step.refundedPercent === undefined
        ? isReceived
          ? Math.round((object.amountMinor * step.amountPercent) / 100)
          : object.amountMinor
        : refundedMinor - before,
    refundedMinor,
    details: step.details ?? {},
  };
}
