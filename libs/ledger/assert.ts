/** A bug, not a refusal: something that the code promised never to happen did happen. */
export class InvariantError extends Error {
  override readonly name: string = 'InvariantError';
}

export function invariant(isHeld: boolean, message: string): asserts isHeld {
  if (!isHeld) throw new InvariantError(message);
}

/** Closes a switch over a union: a new member fails to compile here. */
export function assertNever(value: never): never {
  throw new InvariantError(`Unexpected value ${JSON.stringify(value)}.`);
}
