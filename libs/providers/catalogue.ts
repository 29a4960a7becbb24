/**
 * One minimal webhook body for a status or an event name that a provider documents, in one of the
 * shapes that it documents. The tables of the documentation are made by extracting, interpreting
 * and folding each of them, so the list of a provider is complete.
 */
export type CatalogueEntry = {
  /** Short name of the shape, the same for all entries of it: `payment callback`. */
  readonly shape: string;
  /** The provider's own word: `state 3`, `payment.succeeded`. */
  readonly name: string;
  readonly body: Readonly<Record<string, unknown>>;
};
