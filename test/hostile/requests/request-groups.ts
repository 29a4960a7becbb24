import { PATHS, QUERIES } from './addresses.js';
import { ENCODINGS, SIZES } from './bodies.js';
import { CONTENTS } from './contents.js';
import { FRAMING } from './framing.js';
import { HEADERS } from './heads.js';
import type { HostileRequest } from './request-text.js';

/** Whatever a sender of HTTP may do to a webhook edge, by what is wrong with it. */
export const REQUEST_GROUPS: readonly (readonly [
  kind: string,
  requests: readonly HostileRequest[],
])[] = [
  ['a size', SIZES],
  ['an encoding', ENCODINGS],
  ['a content', CONTENTS],
  ['a path or method', PATHS],
  ['a query', QUERIES],
  ['a head', HEADERS],
  ['framing', FRAMING],
];
