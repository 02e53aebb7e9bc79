/**
 * Words and keys of the contract that this version does not have yet: they get a clear answer instead of "unknown". Indices of
 * lists are left out of the dotted keys.
 */
const PLANNED_WORDS = new Map<string, readonly string[]>(
  Object.entries({
    fidelity: ['fluid'],
  }),
);

const PLANNED_KEYS: readonly string[] = ['transport.profile'];

const withoutIndices = (path: readonly string[]): string => path.filter((key) => !/^\d+$/.test(key)).join('.');

/** The word is part of the contract, but not of this version. */
export const isPlannedValue = (path: readonly string[], word: string): boolean =>
  PLANNED_WORDS.get(withoutIndices(path))?.includes(word) ?? false;

export const isPlannedKey = (path: readonly string[]): boolean => PLANNED_KEYS.includes(withoutIndices(path));
