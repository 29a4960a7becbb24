/** Every metric name in one place; dashboards and alerts are checked against it. */
export const METRIC_NAMES = {
  httpDuration: 'http_server_request_duration_seconds',
  webhookRequests: 'cuadre_webhook_requests_total',
  webhookUnproven: 'cuadre_webhook_unproven_total',
  webhookAck: 'cuadre_webhook_ack_seconds',
  dedupe: 'cuadre_dedupe_total',
  projectionLag: 'cuadre_projection_lag_records',
  projectionBatch: 'cuadre_projection_batch_seconds',
  projectionEvents: 'cuadre_projection_events_total',
  fenced: 'cuadre_fenced_total',
  positionsLost: 'cuadre_positions_lost',
  parkedSubjects: 'cuadre_parked_subjects',
  outboxOldest: 'cuadre_outbox_oldest_seconds',
  lookups: 'cuadre_lookups_total',
  lookupsDue: 'cuadre_lookups_due',
  ignoredEvents: 'cuadre_ignored_events_total',
  eventAge: 'cuadre_event_age_seconds',
} as const;
