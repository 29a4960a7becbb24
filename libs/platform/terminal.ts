import { styleText } from 'node:util';

export type Colour = 'green' | 'yellow' | 'red' | 'cyan' | 'magenta' | 'dim' | 'bold';

/** Colours text, only where the stream is a terminal and `NO_COLOR` is unset. */
export function paint(
  text: string,
  colour: Colour,
  stream: NodeJS.WritableStream = process.stdout,
): string {
  return styleText(colour, text, { stream, validateStream: true });
}
