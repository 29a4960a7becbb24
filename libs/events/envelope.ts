import {
  OBSERVATION_KINDS,
  VERIFICATION_MODES,
  type DataSchema,
  type Observation,
  type ObservationKind,
  type Verification,
  type VerificationMode,
} from './observation.js';
import { headerTextOf, type LogRecord, type StoredRecord } from './record.js';

/**
 * Envelope v1: CloudEvents 1.0 in Kafka binary mode. Frozen by the golden records in `test/replay`,
 * because the log is for ever: attributes may be added, none is renamed, dropped or given a new
 * meaning. Attribute names are `[a-z0-9]{1,20}`; a header is never null, what is absent is left out.
 */
export function encodeObservation(observation: Observation): LogRecord {
  const { verification, lookup } = observation;
  const headers: Record<string, Buffer> = {
    ce_specversion: SPEC_VERSION,
    ce_id: Buffer.from(observation.id),
    ce_type: typeBytes.get(observation.kind) ?? Buffer.from(typeOf(observation.kind)),
    ce_source: sourceBytes(observation),
    ce_subject: Buffer.from(observation.subject),
    ce_time: timeBytes(observation.receivedAtMs),
    ce_dataschema: schemaBytes(observation.schema),
    ce_verification: verificationBytes(verification),
    ce_requestid: Buffer.from(observation.requestId),
    ce_bodydigest: Buffer.from(observation.bodyDigest),
    'content-type': JSON_TYPE,
  };
  if (observation.providerTraceIds.length > 0) {
    headers['ce_providertraceids'] = Buffer.from(
      observation.providerTraceIds.map(encodeURIComponent).join(','),
    );
  }
  if (observation.redactedQuery !== null) {
    headers['ce_query'] = Buffer.from(observation.redactedQuery);
  }
  const requestHeaders = requestHeaderBytes(observation.headers);
  if (requestHeaders !== null) headers['ce_headers'] = requestHeaders;
  if (observation.bodyType !== null) headers['ce_bodytype'] = bodyTypeBytes(observation.bodyType);
  if (observation.traceparent !== null) {
    headers['traceparent'] = Buffer.from(observation.traceparent);
  }
  if (lookup !== null) {
    headers['ce_asof'] = Buffer.from(lookup.asOf.toString());
    headers['ce_askedat'] = Buffer.from(new Date(lookup.askedAtMs).toISOString());
  }
  if (observation.sealed !== null) headers['ce_sealed'] = observation.sealed;
  return { key: observation.subject, value: observation.value, headers };
}

const SPEC_VERSION = Buffer.from('1.0');
const JSON_TYPE = Buffer.from('application/json');

// What many records have in common is made once, and they share its bytes.

const typeBytes: ReadonlyMap<ObservationKind, Buffer> = new Map(
  OBSERVATION_KINDS.map((kind) => [kind, Buffer.from(typeOf(kind))]),
);

function typeOf(kind: ObservationKind): string {
  return `cuadre.observation.${kind}.v1`;
}

const SOURCES_MAX = 1_000;
const sources = new Map<string, Map<string, Buffer>>();

/** By account, then by route: joined, they would have to be hashed anew for each record. */
function sourceBytes({ account, route }: Observation): Buffer {
  const known = sources.get(account)?.get(route);
  if (known !== undefined) return known;
  const bytes = Buffer.from(`/${account}/${route}`);
  const routes = sources.get(account) ?? new Map<string, Buffer>();
  if (sources.size < SOURCES_MAX && routes.size < SOURCES_MAX) {
    sources.set(account, routes.set(route, bytes));
  }
  return bytes;
}

const schemas = new WeakMap<DataSchema, Buffer>();

function schemaBytes(schema: DataSchema): Buffer {
  const known = schemas.get(schema);
  if (known !== undefined) return known;
  const bytes = Buffer.from(formatDataSchema(schema));
  schemas.set(schema, bytes);
  return bytes;
}

const NO_HEADERS: Observation['headers'] = {};
let lastHeaders: { readonly of: Observation['headers']; readonly bytes: Buffer | null } = {
  of: NO_HEADERS,
  bytes: null,
};

/** Null where there is none. A source's deliveries mostly share one such object. */
function requestHeaderBytes(headers: Observation['headers']): Buffer | null {
  if (lastHeaders.of !== headers) {
    const isEmpty = Object.keys(headers).length === 0;
    const bytes = isEmpty ? null : Buffer.from(JSON.stringify(headers));
    lastHeaders = { of: headers, bytes };
  }
  return lastHeaders.bytes;
}

function verificationBytes({ mode, verdict, keyId }: Verification): Buffer {
  return verificationTextBytes(`${mode};${verdict};${keyId ?? ''}`);
}

let lastTime = { ms: 0, bytes: Buffer.from(new Date(0).toISOString()) };

/** Records of one millisecond come one after the other. */
function timeBytes(ms: number): Buffer {
  if (lastTime.ms !== ms) lastTime = { ms, bytes: Buffer.from(new Date(ms).toISOString()) };
  return lastTime.bytes;
}

/** Reads a record back. Throws `MalformedEnvelope` for what Cuadre never wrote. */
export function decodeObservation(record: StoredRecord | LogRecord): Observation {
  return decode(record, record.headers['ce_sealed'] ?? null);
}

/** As `decodeObservation`, but without the sealed bytes, which no fold may read. */
export function decodeUnsealed(record: StoredRecord | LogRecord): Observation {
  return decode(record, null);
}

function decode(record: StoredRecord | LogRecord, sealed: Buffer | null): Observation {
  const text = (name: string): string | null => headerTextOf(record, name);
  const required = (name: string): string => {
    const found = text(name);
    if (found === null) throw new MalformedEnvelope(`Header ${name} is missing.`);
    return found;
  };
  const [, account = '', route = ''] = required('ce_source').split('/');
  const asOf = text('ce_asof');
  const traceIds = text('ce_providertraceids');
  const headers = text('ce_headers');
  return {
    id: required('ce_id'),
    kind: kindOf(required('ce_type')),
    account,
    route,
    subject: required('ce_subject'),
    receivedAtMs: Date.parse(required('ce_time')),
    schema: schemaOf(required('ce_dataschema')),
    verification: verificationOf(required('ce_verification')),
    requestId: required('ce_requestid'),
    providerTraceIds:
      traceIds === null ? [] : traceIds.split(',').filter(Boolean).map(decodeURIComponent),
    redactedQuery: text('ce_query'),
    headers: headers === null ? {} : (JSON.parse(headers) as Record<string, string>),
    bodyType: text('ce_bodytype'),
    bodyDigest: required('ce_bodydigest'),
    traceparent: text('traceparent'),
    lookup:
      asOf === null ? null : { asOf: BigInt(asOf), askedAtMs: Date.parse(required('ce_askedat')) },
    value: record.value,
    sealed,
  };
}

/** A record on the private log that is not an envelope of ours. */
export class MalformedEnvelope extends Error {
  override readonly name = 'MalformedEnvelope';
}

export function formatDataSchema({ provider, shape, version }: DataSchema): string {
  return `urn:cuadre:${provider}:${shape}:${version}`;
}

function parseDataSchema(text: string): DataSchema {
  const match = /^urn:cuadre:([a-z]+):([a-z-]+):([1-9]\d*)$/.exec(text);
  if (match === null) throw new MalformedEnvelope(`Data schema ${text} is not one of ours.`);
  const [, provider = '', shape = '', version = ''] = match;
  return { provider, shape, version: Number(version) };
}

function parseKind(type: string): ObservationKind {
  const kind = /^cuadre\.observation\.([a-z-]+)\.v1$/.exec(type)?.[1];
  const known = OBSERVATION_KINDS.find((candidate) => candidate === kind);
  if (known === undefined) throw new MalformedEnvelope(`Type ${type} is not an observation.`);
  return known;
}

function parseVerification(text: string): Verification {
  const [mode, verdict, keyId = ''] = text.split(';');
  const known: VerificationMode | undefined = VERIFICATION_MODES.find((one) => one === mode);
  if (known === undefined || (verdict !== 'verified' && verdict !== 'unverified')) {
    throw new MalformedEnvelope(`Verification ${text} is not known.`);
  }
  return { mode: known, verdict, keyId: keyId === '' ? null : keyId };
}

const verificationTextBytes = remembered((text) => Buffer.from(text));
const bodyTypeBytes = remembered((text) => Buffer.from(text));
const kindOf = remembered(parseKind);
const schemaOf = remembered(parseDataSchema);
const verificationOf = remembered(parseVerification);

const REMEMBERED_MAX = 200;

/** A few texts stand in nearly all records: each is taken apart once. */
function remembered<T>(parse: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const parsed = parse(text);
    if (known.size >= REMEMBERED_MAX) known.clear();
    known.set(text, parsed);
    return parsed;
  };
}
