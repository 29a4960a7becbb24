/** Health of the role in this container, at HEALTH_PORT, else PORT, else the default port. */
const port = process.env.HEALTH_PORT ?? process.env.PORT ?? '8080';
const path = process.env.HEALTH_PATH ?? '/healthz';
try {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    signal: AbortSignal.timeout(2_000),
  });
  process.exitCode = answer.ok ? 0 : 1;
} catch (error) {
  process.stderr.write(`No answer on port ${port}: ${error.message}\n`);
  process.exitCode = 1;
}
