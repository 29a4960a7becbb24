import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { CommandError } from './command.js';

/** Options that every command has. */
const EVERYWHERE = {
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const satisfies ParseArgsOptionsConfig;

/** Parses a command's arguments; what is unknown or has no value is wrong usage, and says what. */
export function parseOptions<const T extends ParseArgsOptionsConfig>(
  command: string,
  args: readonly string[],
  options: T,
) {
  try {
    return parseArgs({
      args: [...args],
      options: { ...EVERYWHERE, ...options },
      allowPositionals: true,
      strict: true,
    });
  } catch (cause) {
    // node:util tells wrong usage only by throwing.
    const text = cause instanceof Error ? (cause.message.split('. ')[0] ?? '') : '';
    throw usageError(command, `${text.replace(/\.$/, '')}.`, cause);
  }
}

export function usageError(command: string, message: string, cause?: unknown): CommandError {
  return new CommandError(message, {
    exitCode: 2,
    hint: `See \`cuadre ${command} --help\`.`,
    cause,
  });
}

/** A number within its bounds, or wrong usage. */
export function numberOption(
  command: string,
  { name, text }: { name: string; text: string | undefined },
  bounds: { min: number; max: number; isWhole?: boolean },
): number | undefined {
  if (text === undefined) return undefined;
  const value = text.trim() === '' ? NaN : Number(text);
  const { min, max, isWhole = true } = bounds;
  if (!(value >= min && value <= max) || (isWhole && !Number.isInteger(value))) {
    const kind = isWhole ? 'a whole number' : 'a number';
    throw usageError(command, `--${name} is ${kind} from ${min} to ${max}, not \`${text}\`.`);
  }
  return value;
}
