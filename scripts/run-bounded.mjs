import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OUTPUT_CHARACTERS_MAX = 1_000_000;
const GRACE_MS = 10_000;
/** Whatever Node runs this file, the steps run on ours. */
const NODE = join(dirname(dirname(fileURLToPath(import.meta.url))), 'node_modules', '.bin', 'node');
const groups = new Set();

/**
 * Runs Node 24 with these arguments in a process group of its own and keeps the end of its output.
 * Past the time-out the group gets SIGTERM and then SIGKILL. Resolves to
 * `{ isOk, hasTimedOut, output, durationMs }`; never rejects. `onOutput` is told of it as it comes.
 */
export function runBounded(nodeArguments, { timeoutMs, env, onOutput = () => {} }) {
  const startedMs = Date.now();
  return new Promise((resolve) => {
    const child = spawn(NODE, nodeArguments, {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    let output = '';
    let hasTimedOut = false;
    let killTimer;
    const keep = (chunk) => {
      output = (output + chunk).slice(-OUTPUT_CHARACTERS_MAX);
      onOutput(chunk);
    };
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    const timer = setTimeout(() => {
      hasTimedOut = true;
      signalGroup(child.pid, 'SIGTERM');
      killTimer = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), GRACE_MS);
    }, timeoutMs);
    const finish = (isOk) => {
      clearTimeout(timer);
      clearTimeout(killTimer);
      groups.delete(child.pid);
      resolve({
        isOk: isOk && !hasTimedOut,
        hasTimedOut,
        output,
        durationMs: Date.now() - startedMs,
      });
    };
    groups.add(child.pid);
    child.on('error', (error) => {
      keep(`could not be started: ${error.message}\n`);
      finish(false);
    });
    // A grandchild may hold the pipes open: `exit` counts, after a moment for the rest of the output.
    child.on('exit', (code) => setTimeout(() => finish(code === 0), 50));
  });
}

/** Passes a signal on to all that is under way. */
export function signalAll(signal) {
  for (const pid of groups) signalGroup(pid, signal);
}

function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
