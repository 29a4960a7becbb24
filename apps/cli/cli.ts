import { paint } from '#platform/terminal.js';
import {
  CommandError,
  type Command,
  type CommandGroup,
  type CommandIo,
  type ExitCode,
} from './command.js';
import { formatTable } from './table.js';

/**
 * Finds the command, runs it, and turns what goes wrong into a message and an exit code.
 *
 * @param io with the words in front of the command, where they are more than the program's name
 */
export async function runCli(
  commands: readonly (Command | CommandGroup)[],
  args: readonly string[],
  io: CommandIo & { readonly program?: string },
): Promise<ExitCode> {
  const { program = 'cuadre' } = io;
  const [name, ...rest] = args;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    const wanted = commands.find((command) => command.name === rest[0]);
    (name === undefined ? io.stderr : io.stdout).write(helpOf(wanted, { commands, program }));
    return name === undefined ? 2 : 0;
  }
  const command = commands.find((one) => one.name === name);
  if (command === undefined) {
    const known = commands.map((one) => one.name).join(', ');
    return tell(
      new CommandError(`There is no command \`${name}\`.`, {
        exitCode: 2,
        hint: `Commands: ${known}.`,
      }),
      io,
    );
  }
  if ('commands' in command) {
    return runCli(command.commands, rest, { ...io, program: `${program} ${command.name}` });
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    io.stdout.write(command.help);
    return 0;
  }
  try {
    return await command.run(rest, io);
  } catch (error) {
    return tell(error, io);
  }
}

type Overview = {
  readonly commands: readonly (Command | CommandGroup)[];
  readonly program: string;
};

function helpOf(wanted: Command | CommandGroup | undefined, shown: Overview): string {
  if (wanted === undefined) return overview(shown);
  if ('help' in wanted) return wanted.help;
  return overview({ commands: wanted.commands, program: `${shown.program} ${wanted.name}` });
}

function overview({ commands, program }: Overview): string {
  const rows = commands.map(({ name, summary }) => [`  ${name}`, summary]);
  return `Usage: ${program} <command> [options]

${formatTable(rows)}
\`${program} <command> --help\` tells the options of each. Every command has --json.
Exit codes: 0 done, 1 not found or failed, 2 wrong usage, 3 cannot be reached.
`;
}

function tell(error: unknown, { stderr }: CommandIo): ExitCode {
  if (!(error instanceof Error)) throw error;
  stderr.write(`${paint('Error:', 'red', stderr)} ${error.message}\n`);
  if (error instanceof CommandError) {
    if (error.hint !== null) stderr.write(`${error.hint}\n`);
    return error.exitCode;
  }
  if (error.name === 'ConfigError') return 2;
  stderr.write(`${error.stack ?? ''}\n`);
  return 1;
}
