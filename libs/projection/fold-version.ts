/**
 * Version of the fold: the interpreters, the joins and the tables that they fill. It rises whenever the
 * same log would give other rows; a running deployment then rebuilds beside the live tables and swaps.
 */
export const FOLD_VERSION = 3;
