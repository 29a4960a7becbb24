import { existsSync, readFileSync } from 'node:fs';

/**
 * Counts of one vitest run from its JSON report. A file that did not load and a run that died are
 * failures: what did not run is never taken for passed.
 */
export function countTests(report, isOk) {
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0 };
  let result;
  try {
    result = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const brokenFiles = result.testResults.filter(
    (file) =>
      file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  const failed = result.numFailedTests + brokenFiles.length;
  return {
    passed: result.numPassedTests,
    failed: failed === 0 && !isOk ? 1 : failed,
    skipped: result.numPendingTests + result.numTodoTests,
  };
}
