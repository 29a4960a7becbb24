/** Something that the person at the terminal can mend: printed without a stack. */
export class SetupError extends Error {
  override readonly name = 'SetupError';
}
