import { paint } from '#platform/terminal.js';
import { CommandError, type Command, type CommandIo, type ExitCode } from './command.js';
import { formatTable } from './table.js';

/** Finds the command, runs it, and turns what goes wrong into a message and an exit code. */
export async function runCli(
  commands: readonly Command[],
  args: readonly string[],
  io: CommandIo,
): Promise<ExitCode> {
  const [name, ...rest] = args;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    const wanted = commands.find((command) => command.name === rest[0]);
    (name === undefined ? io.stderr : io.stdout).write(wanted?.help ?? overview(commands));
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

function overview(commands: readonly Command[]): string {
  const rows = commands.map(({ name, summary }) => [`  ${name}`, summary]);
  return `Usage: cuadre <command> [options]

${formatTable(rows)}
\`cuadre <command> --help\` tells the options of each. Every command has --json.
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
