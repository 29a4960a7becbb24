import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, type MessagePort } from 'node:worker_threads';
import { Fenced, type BatchHandler } from '#event-log/event-log.js';
import { openPostgresEventLog } from '#event-log/postgres/postgres-event-log.js';
import { OBSERVATIONS } from '#events/topics.js';
import { ProjectionHandler } from '#projection/projection-handler.js';
import { openDatabase, type Database } from '#read-models/database.js';

/** One fold of a whole log by a group of members. */
export type MemberRun = {
  readonly url: string;
  readonly topic: string;
  readonly group: string;
  readonly partitions: number;
  /** How many of the partitions are its own. */
  readonly share: number;
  readonly batchRecordsMax: number;
};

/** After a run: `start` once all members are ready, `stop` once all is folded. */
export type MemberOrder = MemberRun | 'start' | 'stop';

/** `ready` once it holds its share, how many records each batch had, and `stopped`. */
export type MemberNews = 'ready' | number | 'stopped';

/** One projector of several, in a thread of its own, as one would run several processes. */
class Member {
  private isStarted = false;
  private stopping = Promise.withResolvers<void>();

  constructor(private readonly port: MessagePort) {}

  listen(): void {
    this.port.on('message', (order: MemberOrder) => {
      if (order === 'start') this.isStarted = true;
      else if (order === 'stop') this.stopping.resolve();
      else void this.fold(order);
    });
  }

  private async fold(run: MemberRun): Promise<void> {
    const { url, partitions, batchRecordsMax } = run;
    this.isStarted = false;
    this.stopping = Promise.withResolvers();
    const onError = (): void => undefined;
    const database = openDatabase({ url, poolMax: 8, applicationName: 'bench', onError });
    const settings = { ...OBSERVATIONS, name: run.topic };
    const log = await openPostgresEventLog({ database: url, settings, partitions });
    const subscription = await log.subscribe(run.group, this.handler(database), {
      batchRecordsMax,
    });
    while (subscription.assigned().length !== run.share) await sleep(20);
    this.tell('ready');
    await this.stopping.promise;
    await subscription.stop();
    await log.close();
    await database.end();
    this.tell('stopped');
  }

  private handler(database: Database): BatchHandler {
    const projection = new ProjectionHandler(database, {
      folded: (_partition, batch) => this.tell(batch.outcomes.length),
      fenced: () => undefined,
    });
    return {
      nextPosition: async (partition) => {
        if (this.isStarted) return projection.nextPosition(partition);
        // Not waited for here: a busy partition is not handed over to who joins meanwhile.
        await sleep(20);
        throw new Fenced('Not all members are there.');
      },
      handle: (batch) => projection.handle(batch),
    };
  }

  private tell(news: MemberNews): void {
    this.port.postMessage(news, []);
  }
}

if (parentPort !== null) new Member(parentPort).listen();
