import type { Config } from '#platform/config.js';

/** 0 done · 1 not found, or it failed · 2 wrong usage · 3 what it needs cannot be reached. */
export type ExitCode = 0 | 1 | 2 | 3;

export type Command = {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** The whole help page. */
  readonly help: string;
  run(args: readonly string[], io: CommandIo): Promise<ExitCode>;
};

/** Commands behind one word: `cuadre ledger balances`. */
export type CommandGroup = {
  readonly name: string;
  readonly summary: string;
  readonly commands: readonly Command[];
};

/** What a command may touch of the outside. With `--json` nothing but JSON goes to stdout. */
export type CommandIo = {
  readonly stdout: Output;
  readonly stderr: Output;
  /** Settings of the environment, parsed when first asked for. */
  readonly config: () => Config;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
};

export type Output = NodeJS.WritableStream & {
  readonly isTTY?: boolean;
  readonly columns?: number;
};

/** Thrown for what the caller can mend; `main.ts` prints it and exits with its code. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: ExitCode;
  /** What to do about it. */
  readonly hint: string | null;
  constructor(message: string, options: { exitCode: ExitCode; hint?: string; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.exitCode = options.exitCode;
    this.hint = options.hint ?? null;
  }
}
