export type HealthKind = 'liveness' | 'readiness';

/** Resolves (with a detail to show, if any) where all is well; throws where not. */
export type HealthCheck = () => Promise<string | void> | string | void;

export type HealthReport = {
  readonly status: 'ok' | 'failing';
  readonly checks: Readonly<Record<string, HealthCheckReport>>;
};

export type HealthCheckReport = {
  readonly status: 'ok' | 'failing';
  readonly durationMs: number;
  /** What the check tells, or why it fails; never the text of an error, which may name hosts. */
  readonly detail: string | null;
};

export type HealthOptions = {
  readonly timeoutMs?: number;
  /** Told of every failing check, so that somebody logs it. */
  readonly onFailure?: (name: string, error: unknown) => void;
};

/**
 * Named checks. Liveness is about the process alone: nothing that another system can break belongs there.
 */
export class HealthRegistry {
  readonly #checks = new Map<string, { readonly kind: HealthKind; readonly check: HealthCheck }>();
  readonly #timeoutMs: number;
  readonly #onFailure: (name: string, error: unknown) => void;

  constructor({ timeoutMs = 2000, onFailure = () => {} }: HealthOptions = {}) {
    this.#timeoutMs = timeoutMs;
    this.#onFailure = onFailure;
  }

  /** A name belongs to one check. */
  register(name: string, kind: HealthKind, check: HealthCheck): void {
    if (this.#checks.has(name)) throw new Error(`Health check ${name} is registered twice.`);
    this.#checks.set(name, { kind, check });
  }

  /** Runs all checks of a kind at once, each within the time-out. */
  async check(kind: HealthKind): Promise<HealthReport> {
    const chosen = [...this.#checks].filter(([, entry]) => entry.kind === kind);
    const reports = await Promise.all(
      chosen.map(async ([name, entry]) => [name, await this.#run(name, entry.check)] as const),
    );
    const isHealthy = reports.every(([, report]) => report.status === 'ok');
    return { status: isHealthy ? 'ok' : 'failing', checks: Object.fromEntries(reports) };
  }

  async #run(name: string, check: HealthCheck): Promise<HealthCheckReport> {
    const startedMs = performance.now();
    const report = (status: 'ok' | 'failing', detail: string | null): HealthCheckReport => ({
      status,
      durationMs: Math.round(performance.now() - startedMs),
      detail,
    });
    try {
      return report('ok', (await within(this.#timeoutMs, check)) ?? null);
    } catch (error) {
      this.#onFailure(name, error);
      return report('failing', error instanceof CheckTimeout ? error.message : 'The check failed.');
    }
  }
}

class CheckTimeout extends Error {
  override readonly name = 'CheckTimeout';
}

async function within(timeoutMs: number, check: HealthCheck): Promise<string | void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new CheckTimeout(`No answer in ${timeoutMs} ms.`)), timeoutMs);
  });
  try {
    return await Promise.race([Promise.resolve().then(check), timeout]);
  } finally {
    clearTimeout(timer);
  }
}
