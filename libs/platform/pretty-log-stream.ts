import { paint, type Colour } from './terminal.js';

const LEVEL_COLOURS: Readonly<Record<string, Colour>> = {
  trace: 'dim',
  debug: 'dim',
  info: 'green',
  warn: 'yellow',
  error: 'red',
  fatal: 'red',
};

const HEAD_NAMES: ReadonlySet<string> = new Set(['time', 'level', 'msg', 'service', 'pid', 'err']);

/** For people: one short line for each JSON line. */
export function prettyLogStream(target: { write(text: string): unknown }): {
  write(line: string): void;
} {
  return { write: (line) => void target.write(`${prettyLine(line)}\n`) };
}

function prettyLine(line: string): string {
  const fields = parseLine(line);
  if (fields === null) return line.trimEnd();
  const level = textOf(fields['level']);
  const rest = Object.entries(fields)
    .filter(([name]) => !HEAD_NAMES.has(name))
    .map(([name, value]) => `${name}=${textOf(value)}`);
  const head = [
    paint(textOf(fields['time']).slice(11, 23), 'dim'),
    paint(level.toUpperCase().padEnd(5), LEVEL_COLOURS[level] ?? 'dim'),
    textOf(fields['msg']),
  ];
  const stack = errorText(fields['err']);
  return [...head, paint(rest.join(' '), 'dim')].join(' ').trimEnd() + stack;
}

function textOf(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function errorText(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('message' in error)) return '';
  return `\n  ${'stack' in error ? String(error.stack) : String(error.message)}`;
}

function parseLine(line: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
}
