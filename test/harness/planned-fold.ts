import { encodeObservation } from '#events/envelope.js';
import type { Observation } from '#events/observation.js';
import { subjectKey, unkeyedKey, type Subject, type SubjectKind } from '#events/subject.js';
import { uuidV7 } from '#events/uuid.js';
import type { HttpCall } from '#providers/provider.js';
import { providerOf } from '#providers/registry.js';
import { checkCredential, checkSignature } from '#providers/verification.js';
import type { BookEntry, BookObject, Happening } from '../../apps/sandbox/books/book-object.js';
import type { PlannedDelivery } from '../../apps/sandbox/plan/delivery.js';
import { cobruDetail, cobruThirdPartyWithdraw } from '../../apps/sandbox/plan/payloads/cobru.js';
import { conomyPayment } from '../../apps/sandbox/plan/payloads/conomy.js';
import {
  mintcashPayment,
  mintcashSubscription,
} from '../../apps/sandbox/plan/payloads/mintcash.js';
import { tonderTransaction } from '../../apps/sandbox/plan/payloads/tonder/direct.js';
import { tonderSession } from '../../apps/sandbox/plan/payloads/tonder/hosted.js';
import { tonderWithdrawalDetail } from '../../apps/sandbox/plan/payloads/tonder/withdrawal.js';
import type { PlayedAccounts } from '../../apps/sandbox/plan/played-accounts.js';
import { PureFold } from './pure-fold.js';

const APPENDED_AT_MS = Date.UTC(2027, 0, 1);

/**
 * What the whole product makes of planned deliveries, without its edge, its log and its database:
 * verified, extracted, interpreted and folded one after the other, and, where that is asked for, with
 * every lookup answered from the books.
 */
export class PlannedFold {
  readonly fold = new PureFold();
  /** Answered 401. */
  readonly refused: PlannedDelivery[] = [];
  readonly #accounts: PlayedAccounts;
  readonly #entries = new Map<string, { object: BookObject; history: Happening[] }>();
  #position = 0n;

  constructor(accounts: PlayedAccounts, objects: readonly BookObject[]) {
    this.#accounts = accounts;
    for (const object of objects) this.#entries.set(keyOf(object), { object, history: [] });
  }

  deliver(deliveries: readonly PlannedDelivery[]): void {
    for (const delivery of deliveries) {
      this.#book(delivery);
      const observation = this.#observe(delivery);
      if (observation === null) this.refused.push(delivery);
      else this.#append(observation);
    }
  }

  /** Asks for everything of these providers that has a lookup. */
  async lookUp(providers: readonly string[]): Promise<void> {
    for (const entry of this.#entries.values()) {
      const { provider } = entry.object;
      if (!providers.includes(provider)) continue;
      const subject = this.#subjectOf(entry.object);
      const found = providerOf(provider);
      if (subject === null || found?.lookupKinds.includes(subject.kind) !== true) continue;
      this.#append(await this.#lookedUp(entry, subject));
    }
  }

  #append(observation: Observation): void {
    const position = this.#position;
    this.#position += 1n;
    const record = encodeObservation(observation);
    this.fold.fold({ ...record, partition: 0, position, appendedAtMs: APPENDED_AT_MS });
  }

  /** A copy that comes late does not turn the books back. */
  #book({ provider, books }: PlannedDelivery): void {
    if (books === null) return;
    const history = this.#entries.get(keyOf({ provider, reference: books.reference }))?.history;
    if (history?.every(({ step }) => step < books.happening.step) === true) {
      history.push(books.happening);
    }
  }

  /** Null where the edge refuses it. */
  #observe(delivery: PlannedDelivery): Observation | null {
    const played = this.#accounts[delivery.provider];
    const source = played?.account.sources.find(({ name }) => name === delivery.source);
    const provider = providerOf(delivery.provider);
    if (played === undefined || source === undefined || provider === null) {
      throw new Error(`Nobody reads ${delivery.provider}.`);
    }
    const { verification, isRefused } = verdictOf(delivery, this.#accounts);
    if (isRefused) return null;
    const { account } = played;
    const { t: _credential, ...query } = delivery.query;
    const extraction = provider.extractWebhook({
      account,
      route: source.name,
      body: delivery.body,
      contentType: delivery.headers['content-type'] ?? null,
      query,
    });
    const named = extraction.readable ? extraction.subject : null;
    return {
      ...observationBase(account.id),
      kind: 'webhook',
      route: source.name,
      schema: provider.schemas.webhook,
      subject: (named && subjectKey(named)) ?? unkeyedKey(account.id, uuidV7()),
      verification,
      lookup: null,
      value: extraction.value,
    };
  }

  async #lookedUp(entry: BookEntry, subject: Subject): Promise<Observation> {
    const { provider: name } = entry.object;
    const provider = providerOf(name);
    const account = this.#accounts[name]?.account;
    const schema = provider?.schemas.lookup ?? null;
    const clientOf = provider?.client ?? null;
    if (account === undefined || clientOf === null || schema === null) {
      throw new Error(`Nobody asks ${name}.`);
    }
    const client = clientOf(account, { nowMs: () => 0, http: apiOf(entry) });
    const { value } = await client.lookup(subject);
    return {
      ...observationBase(account.id),
      kind: 'lookup',
      route: 'lookup',
      schema,
      subject: subjectKey(subject) ?? '',
      verification: { mode: 'api', keyId: null, verdict: 'verified' },
      lookup: { asOf: this.#position, askedAtMs: 0 },
      value,
    };
  }

  #subjectOf(object: BookObject): Subject | null {
    const account = this.#accounts[object.provider]?.account.id ?? '';
    const kind = subjectKindOf(object);
    return kind === null ? null : { account, kind, reference: object.reference };
  }
}

/** What verification says of a delivery, with the credentials of its source. */
export function verdictOf(delivery: PlannedDelivery, accounts: PlayedAccounts) {
  const account = accounts[delivery.provider]?.account;
  const source = account?.sources.find(({ name }) => name === delivery.source);
  if (account === undefined || source === undefined) {
    throw new Error(`No source ${delivery.source}.`);
  }
  const { headers, query, body } = delivery;
  const receivedAtMs = APPENDED_AT_MS;
  const credential = checkCredential(source, {
    headers,
    query,
    account: account.id,
    receivedAtMs,
  });
  return checkSignature(source, { headers, body, credential });
}

/** The kind of subject that its webhooks are about; null where it has none of its own. */
function subjectKindOf({ provider, kind, related }: BookObject): SubjectKind | null {
  if (kind === 'probe') return null;
  if (provider === 'cobru') return kind as SubjectKind;
  if (provider === 'conomy') return kind === 'customer' ? 'customer' : 'transaction';
  if (provider === 'mintcash') return kind === 'subscription' ? 'subscription' : 'payment';
  // A try to pay is told of its session.
  if (kind === 'payment') return related.session === undefined ? 'transaction' : null;
  return kind === 'refund' ? 'transaction' : kind;
}

/** The provider's API, as far as it is asked about this one thing. */
function apiOf(entry: BookEntry): HttpCall {
  return async ({ url }) => {
    const { pathname } = new URL(url);
    const body = /\/(token\/refresh|auth)\/?$/.test(pathname)
      ? { access: 'a.b.c', accessToken: 'a.b.c', tokenType: 'Bearer', expiresIn: 3_600 }
      : answerOf(entry, pathname);
    return {
      status: body === null ? 404 : 200,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(body)),
    };
  };
}

function answerOf(entry: BookEntry, pathname: string): Record<string, unknown> | null {
  const { provider, kind, form } = entry.object;
  switch (provider) {
    case 'cobru':
      return kind === 'payment' ? cobruDetail(entry) : cobruThirdPartyWithdraw(entry, 'test');
    case 'conomy':
      return conomyPayment(entry, 'test');
    case 'mintcash':
      return kind === 'subscription' ? mintcashSubscription(entry, 'test') : mintcashPayment(entry);
    case 'tonder':
      if (kind === 'session') return tonderSession(entry, 'test');
      if (pathname.includes('/withdrawals/') !== (form === 'withdrawals')) return null;
      return form === 'withdrawals'
        ? tonderWithdrawalDetail(entry, 'test')
        : tonderTransaction(entry);
  }
}

function observationBase(account: string) {
  return {
    id: uuidV7(),
    account,
    receivedAtMs: 0,
    requestId: 'r',
    providerTraceIds: [],
    redactedQuery: null,
    headers: {},
    bodyType: null,
    bodyDigest: 'd1:00',
    traceparent: null,
    sealed: null,
  };
}

function keyOf({ provider, reference }: Pick<BookObject, 'provider' | 'reference'>): string {
  return `${provider}/${reference}`;
}
