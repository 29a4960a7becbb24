import { describeEventLog } from '../event-log.contract.js';
import { MemoryEventLog } from './memory-event-log.js';
import { MemoryStorage } from './memory-storage.js';

describeEventLog('in memory', async ({ partitions }) => {
  const storage = new MemoryStorage({ topic: 'contract', partitions });
  const opened: MemoryEventLog[] = [];
  const leaseMs = 300;
  return {
    takeoverMsMax: leaseMs,
    open: async (options = {}) => {
      const { pendingRecordsMax } = options;
      const log = new MemoryEventLog({
        storage,
        leaseMs,
        partitions: options.partitions ?? partitions,
        limits: pendingRecordsMax === undefined ? {} : { pendingRecordsMax },
      });
      opened.push(log);
      return log;
    },
    crash: async (log) => opened.find((each) => each === log)?.crash(),
    close: async () => {
      await Promise.all(opened.map((log) => log.close()));
    },
  };
});
