import type { CommandIo } from './command.js';
import {
  apiService,
  getFound,
  postFile,
  postJson,
  type ApiOptions,
  type SentFile,
  type Service,
} from './http.js';

/** Options of every command that reads the books. */
export const LEDGER_OPTIONS = {
  'as-at': { type: 'string' },
  'as-known-at': { type: 'string' },
  url: { type: 'string' },
  token: { type: 'string' },
} as const;

export const LEDGER_OPTIONS_HELP = `  --as-at <time>        what counts up to then, by the provider's time: a day (the whole of it, UTC), or
                        an instant with its zone
  --as-known-at <time>  what the log had caused by then
  --url <url>           the API (default http://127.0.0.1:PORT)
  --token <token>       (default: the first of API_TOKENS, else the one in DATA_DIR/api-token)`;

export type Parameters = Readonly<Record<string, string | undefined>>;

export type ListAnswer = {
  readonly items: readonly unknown[];
  readonly nextPageToken: string;
};

/** The books over REST. */
export class LedgerService {
  readonly #service: Service;
  readonly #io: CommandIo;

  private constructor(service: Service, io: CommandIo) {
    this.#service = service;
    this.#io = io;
  }

  static async open(options: ApiOptions, io: CommandIo): Promise<LedgerService> {
    return new LedgerService(await apiService(options, io), io);
  }

  async get(path: string, parameters: Parameters): Promise<unknown> {
    return getFound(this.#service, `${path}${queryOf(parameters)}`, this.#io);
  }

  async post(path: string, body?: unknown): Promise<unknown> {
    return postJson(this.#service, { path, body }, this.#io);
  }

  async postFile(path: string, parameters: Parameters, file: SentFile): Promise<unknown> {
    return postFile(this.#service, { path: `${path}${queryOf(parameters)}`, file }, this.#io);
  }

  /** Items of a list, page by page, up to `itemsMax`. */
  async list(
    path: string,
    parameters: Parameters,
    itemsMax: number,
  ): Promise<{ readonly items: readonly unknown[]; readonly hasMore: boolean }> {
    const items: unknown[] = [];
    let pageToken = '';
    do {
      const pageSize = String(Math.min(itemsMax - items.length, PAGE_SIZE_MAX));
      const page = (await this.get(path, { ...parameters, pageSize, pageToken })) as ListAnswer;
      items.push(...page.items);
      pageToken = page.nextPageToken;
    } while (pageToken !== '' && items.length < itemsMax);
    return { items, hasMore: pageToken !== '' };
  }
}

const PAGE_SIZE_MAX = 1_000;

function queryOf(parameters: Parameters): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) given.set(name, value);
  }
  return given.size === 0 ? '' : `?${given.toString()}`;
}
