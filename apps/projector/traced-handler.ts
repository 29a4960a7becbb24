import type { BatchHandler, LogBatch } from '#event-log/event-log.js';
import { headerTextOf } from '#events/record.js';
import { SEMCONV } from '#platform/attributes.js';
import { inBatchSpan, linkTo } from '#platform/tracing.js';

/** Wraps a handler in a `process {topic}` span that links to the hop that appended each record. */
export class TracedHandler implements BatchHandler {
  constructor(
    private readonly handler: BatchHandler,
    private readonly names: { readonly topic: string; readonly group: string },
  ) {}

  nextPosition(partition: number): Promise<bigint> {
    return this.handler.nextPosition(partition);
  }

  handle(batch: LogBatch): Promise<bigint> {
    const links = batch.records.map((record) => linkTo(headerTextOf(record, 'traceparent')));
    const attributes = {
      [SEMCONV.messagingOperation]: 'process',
      [SEMCONV.messagingDestination]: this.names.topic,
      [SEMCONV.messagingGroup]: this.names.group,
      [SEMCONV.messagingPartition]: String(batch.partition),
      [SEMCONV.messagingBatchCount]: batch.records.length,
    };
    return inBatchSpan(
      `process ${this.names.topic}`,
      { kind: 'consumer', root: true, attributes, links },
      () => this.handler.handle(batch),
    );
  }
}
