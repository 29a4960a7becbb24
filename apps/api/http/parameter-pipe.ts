import { ValidationPipe, type ArgumentMetadata } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import type { FieldError } from '#platform/problem.js';
import { RefusedError } from './refusal.js';

const PARAMETER_NAME_LENGTH_MAX = 60;

type Place = 'query' | 'path' | 'body';

class ParameterPipe extends ValidationPipe {
  readonly #place: Place;

  constructor(place: Place) {
    super({
      transform: true,
      whitelist: true,
      forbidNonWhitelisted: true,
      forbidUnknownValues: true,
      exceptionFactory: (errors: readonly ValidationError[]) =>
        refusedMembers(
          place,
          errors.map((error) => ({
            pointer: pointerTo(place, error.property),
            code: codeOf(error),
            detail: Object.values(error.constraints ?? {})[0] ?? 'is not valid',
          })),
        ),
    });
    this.#place = place;
  }

  /** The validator leaves out, instead of refusing, names that every object inherits. */
  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    // Before its members are listed: of a long text or list that would take long.
    if (typeof (value ?? {}) !== 'object' || Array.isArray(value)) {
      throw new RefusedError({ refused: 'invalid-body', detail: 'The body has to be an object.' });
    }
    const inherited = Object.keys(value ?? {}).filter((name) => name in Object.prototype);
    if (inherited.length === 0) return super.transform(value, metadata);
    throw refusedMembers(
      this.#place,
      inherited.map((name) => ({
        pointer: pointerTo(this.#place, name),
        code: 'unknown-parameter',
        detail: 'is not known',
      })),
    );
  }
}

function refusedMembers(place: Place, errors: readonly FieldError[]): RefusedError {
  const names = errors.map(({ pointer }) => pointer.slice(pointer.lastIndexOf('/') + 1));
  return new RefusedError({
    refused: place === 'body' ? 'invalid-body' : 'invalid-parameter',
    detail: `Not valid: ${names.join(', ')}.`,
    errors,
  });
}

function codeOf(error: ValidationError): string {
  if (error.constraints?.['whitelistValidation'] !== undefined) return 'unknown-parameter';
  const [context] = Object.values<unknown>(error.contexts ?? {});
  const hasCode = typeof context === 'object' && context !== null && 'code' in context;
  return hasCode ? String(context.code) : 'invalid';
}

/** JSON pointer (RFC 6901); a name that the caller made up comes back cut. */
function pointerTo(place: Place, name: string): string {
  const shown = name.slice(0, PARAMETER_NAME_LENGTH_MAX);
  return `/${place}/${shown.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** Validates `@Query()` members; names every bad one. */
export const queryParameters = new ParameterPipe('query');

/** Validates `@Param()` members; names every bad one. */
export const pathParameters = new ParameterPipe('path');

/** Validates `@Body()` members; names every bad one. */
export const bodyParameters = new ParameterPipe('body');
