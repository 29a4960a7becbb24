import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

const USER_NAMESPACE = ['unshare', '--user', '--map-user=65534', '--map-group=65534', '--'];

/**
 * What to put before a PostgreSQL command, which refuses to run as root. Root therefore runs it in a user
 * namespace where it is nobody: no system user is made, files stay root's, pids and sockets are unchanged.
 * Everyone else needs no prefix.
 */
export async function unprivilegedPrefix(): Promise<readonly string[]> {
  if (process.getuid?.() !== 0) return [];
  const [command = '', ...rest] = USER_NAMESPACE;
  try {
    await run(command, [...rest, 'true'], { timeout: 5000 });
  } catch (cause) {
    throw new Error(
      'PostgreSQL does not run as root, and this machine does not let root make a user namespace ' +
        '(`unshare --user`). Run as another user, or set DATABASE_URL to use another server.',
      { cause },
    );
  }
  return USER_NAMESPACE;
}
