import type { KeyPath } from './tree.ts';

/** A contradiction between keys that are valid one by one. */
export interface Contradiction {
  readonly path: KeyPath;
  readonly message: string;
  readonly hint: string;
}

/** Reports a contradiction. */
export type Say = (path: KeyPath, message: string, hint: string) => void;
