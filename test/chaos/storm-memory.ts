import { Check } from './check.js';

const SAMPLE_MS = 1_000;
const ANSWER_TIMEOUT_MS = 5_000;
/** How much the last third's median may be over the middle third's. */
const GROWTH_MAX = 0.15;
const MEBIBYTE = 1_048_576;

type Sample = { readonly rssBytes: number; readonly heapBytes: number };

/** Memory of the process under test, once a second, by its own metrics. */
export class MemorySamples {
  readonly #samples: Sample[] = [];
  readonly #metricsUrl: string;
  #timer: NodeJS.Timeout | null = null;

  constructor(apiUrl: string) {
    this.#metricsUrl = `${apiUrl}/metrics`;
  }

  start(): void {
    this.#timer = setInterval(() => void this.#take(), SAMPLE_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  /** The first third is warm-up: code is compiled, pools are filled and the heap finds its size. */
  check(): Check {
    const check = new Check(
      `memory is flat: the last third's median at most ${GROWTH_MAX * 100} % over the middle third's`,
    );
    for (const { name, thirds } of this.#series()) {
      const [, middle, last] = thirds;
      const isFlat = middle > 0 && last <= middle * (1 + GROWTH_MAX);
      check.record(isFlat ? null : `${name}: ${mebibytes(thirds)}`);
    }
    return check;
  }

  /** Medians of each third: `RSS 210, 221, 223 MiB · heap 90, 95, 94 MiB`. */
  text(): string {
    return this.#series()
      .map(({ name, thirds }) => `${name} ${mebibytes(thirds)}`)
      .join(' · ');
  }

  #series() {
    return [
      { name: 'RSS', thirds: medians(this.#samples.map(({ rssBytes }) => rssBytes)) },
      { name: 'heap', thirds: medians(this.#samples.map(({ heapBytes }) => heapBytes)) },
    ];
  }

  async #take(): Promise<void> {
    try {
      const response = await fetch(this.#metricsUrl, {
        signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
      });
      const text = await response.text();
      const rssBytes = gaugeOf(text, 'process_resident_memory_bytes');
      const heapBytes = gaugeOf(text, 'nodejs_heap_size_used_bytes');
      if (rssBytes > 0 && heapBytes > 0) this.#samples.push({ rssBytes, heapBytes });
    } catch {
      // A sample that is late is missing: the answers to webhooks tell whether the process is.
    }
  }
}

function gaugeOf(metrics: string, name: string): number {
  return Number(new RegExp(`^${name} (\\S+)`, 'm').exec(metrics)?.[1] ?? 0);
}

type Thirds = readonly [first: number, middle: number, last: number];

function medians(values: readonly number[]): Thirds {
  const third = Math.floor(values.length / 3);
  return [
    median(values.slice(0, third)),
    median(values.slice(third, 2 * third)),
    median(values.slice(2 * third)),
  ];
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

function mebibytes(thirds: Thirds): string {
  return `${thirds.map((bytes) => Math.round(bytes / MEBIBYTE)).join(', ')} MiB`;
}
