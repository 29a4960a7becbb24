/** `cobru-test` of `assets:provider:cobru-test` and of `suspense:cobru-test`. */
export function providerAccountOf(ledgerAccount: string): string {
  return ledgerAccount.slice(ledgerAccount.lastIndexOf(':') + 1);
}
