import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, type Database } from '#read-models/database.js';
import { startEmbeddedPostgres } from '#read-models/embedded-postgres/embedded-postgres.js';
import { cpuSecondsIn, ownCpuSeconds } from './cpu.js';
import { perCallBooking, setBasedBooking } from './ledger-by-hand.js';
import { cuadreBooking } from './ledger-cuadre.js';
import { ACCOUNTS, transfers, type Booking, type Pattern } from './ledger-transfers.js';
import { printReport, type Figures } from './report.js';

const WRITERS = 8;
const BATCHES = [500, 50, 1] as const;

/**
 * The books, in batches and one by one, against a set-based statement and against a function called once
 * for each transfer, both by hand. All commit durably, with as many writers at once.
 */
export async function benchLedger(options: {
  readonly seconds: number;
  readonly rounds: number;
  readonly isJson: boolean;
}): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'cuadre-bench-'));
  const server = await startEmbeddedPostgres({ dataDir });
  const database = openDatabase({
    url: server.url,
    poolMax: WRITERS,
    applicationName: 'bench',
    onError: () => undefined,
  });
  try {
    const contestants = contestantsOn(database);
    const rounds = new Map<string, Figures[]>(contestants.map(({ name }) => [name, []]));
    for (let round = 0; round < options.rounds; round += 1) {
      for (const { name, booking, batch } of contestants) {
        const run = { booking, batch, seconds: options.seconds, dataDir };
        const spread = await measure({ ...run, pattern: 'spread' });
        const hot = await measure({ ...run, pattern: 'hot' });
        rounds.get(name)?.push({
          'transfers/s': spread.perSecond,
          'on one hot account/s': hot.perSecond,
          'hot to spread': hot.perSecond / spread.perSecond,
          'node CPU us': spread.nodeCpuUs,
          'database CPU us': spread.databaseCpuUs,
        });
      }
    }
    printReport(
      {
        bench: 'ledger',
        method:
          `transfers of two entries over ${ACCOUNTS} accounts, ${WRITERS} writers at once, PostgreSQL ` +
          `with fsync on, ${options.seconds} s each, ${options.rounds} interleaved rounds`,
        contestants: contestants.map(({ name }) => ({ name, rounds: rounds.get(name) ?? [] })),
      },
      options.isJson,
    );
  } finally {
    await database.end();
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

type LedgerContestant = {
  readonly name: string;
  readonly booking: Booking;
  readonly batch: number;
};

function contestantsOn(database: Database): readonly LedgerContestant[] {
  const setBased = setBasedBooking(database);
  const cuadre = cuadreBooking(database);
  return [
    { name: 'a function call for each', booking: perCallBooking(database), batch: 1 },
    ...BATCHES.map((batch) => ({
      name: `set-based by hand, batches of ${batch}`,
      booking: setBased,
      batch,
    })),
    ...BATCHES.map((batch) => ({ name: `cuadre, batches of ${batch}`, booking: cuadre, batch })),
  ];
}

async function measure({
  booking,
  batch,
  pattern,
  seconds,
  dataDir,
}: {
  readonly booking: Booking;
  readonly batch: number;
  readonly pattern: Pattern;
  readonly seconds: number;
  readonly dataDir: string;
}): Promise<{ perSecond: number; nodeCpuUs: number; databaseCpuUs: number }> {
  await booking.prepare();
  const before = { own: ownCpuSeconds(), database: cpuSecondsIn(dataDir), ms: performance.now() };
  const untilMs = before.ms + seconds * 1_000;
  let booked = 0;
  const write = async (writer: number): Promise<void> => {
    while (performance.now() < untilMs) {
      await booking.book(transfers(batch, pattern), writer);
      booked += batch;
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
  const tookSeconds = (performance.now() - before.ms) / 1_000;
  const nodeCpuUs = ((ownCpuSeconds() - before.own) * 1e6) / booked;
  const databaseCpuUs = ((cpuSecondsIn(dataDir) - before.database) * 1e6) / booked;
  const { transfers: found, offMinor } = await booking.check();
  if (found !== booked || offMinor !== 0n) {
    throw new Error(`${booked} transfers were booked, ${found} found, off by ${offMinor}.`);
  }
  return { perSecond: booked / tookSeconds, nodeCpuUs, databaseCpuUs };
}
