import type { LoggerService } from '@nestjs/common';
import type { Logger } from './logger.js';

type Level = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';

/** Nest's own lines through our logger. Nest passes its context as the last text. */
export class NestLogger implements LoggerService {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  log(message: unknown, ...rest: readonly unknown[]): void {
    // Nest tells of every route and module at start: of use only to who asks for it.
    this.#write('debug', message, rest);
  }

  fatal(message: unknown, ...rest: readonly unknown[]): void {
    this.#write('fatal', message, rest);
  }

  error(message: unknown, ...rest: readonly unknown[]): void {
    this.#write('error', message, rest);
  }

  warn(message: unknown, ...rest: readonly unknown[]): void {
    this.#write('warn', message, rest);
  }

  debug(message: unknown, ...rest: readonly unknown[]): void {
    this.#write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: readonly unknown[]): void {
    this.#write('trace', message, rest);
  }

  #write(level: Level, message: unknown, rest: readonly unknown[]): void {
    const texts = rest.filter((value) => typeof value === 'string');
    const context = texts.at(-1);
    // `error(message, stack, context)`: a stack is the only text with line breaks.
    const stack = texts.find((text) => text.includes('\n    at '));
    const error = message instanceof Error ? message : rest.find((v) => v instanceof Error);
    const fields = {
      ...(context === undefined || context === stack ? {} : { context }),
      ...(stack === undefined ? {} : { stack }),
      ...(error === undefined ? {} : { err: error }),
    };
    this.#logger[level](fields, messageText(message));
  }
}

function messageText(message: unknown): string {
  if (message instanceof Error) return message.message;
  return typeof message === 'string' ? message : JSON.stringify(message);
}
