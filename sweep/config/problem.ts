import { ConfigError } from '../../sim/base/errors.ts';
import type { Place } from './tree.ts';

/**
 * Codes of config errors. E130 and above belong to the builders that a valid config is handed to (topologies, workloads).
 */
export const CODES = {
  unreadable: 'E101',
  notText: 'E102',
  syntax: 'E103',
  duplicateKey: 'E104',
  unknownKey: 'E105',
  missingKey: 'E106',
  wrongType: 'E107',
  badQuantity: 'E108',
  outOfRange: 'E109',
  unknownWord: 'E110',
  notAvailable: 'E111',
  contradiction: 'E112',
  badOption: 'E113',
  badSweep: 'E114',
  sameRun: 'E115',
  badWorkloadFile: 'E116',
  badReport: 'E117',
  sweepInRun: 'E118',
} as const;

export type ProblemKind = keyof typeof CODES;

/** A config error at a place. `path` is the dotted key. */
export function problem(kind: ProblemKind, at: Place, path: string, message: string, hint?: string): ConfigError {
  return new ConfigError(CODES[kind], message, {
    where: path === '' ? at : { ...at, path },
    ...(hint === undefined ? {} : { hint }),
  });
}

/** Drops repeated errors and orders the rest as their places are in the file; options of the command line come last. */
export function inFileOrder(errors: readonly ConfigError[]): ConfigError[] {
  const distinct = [...new Map(errors.map((error) => [error.describe(), error])).values()];
  const line = (error: ConfigError): number => error.where?.line ?? Number.MAX_SAFE_INTEGER;
  const column = (error: ConfigError): number => error.where?.column ?? 0;
  return distinct.sort((a, b) => line(a) - line(b) || column(a) - column(b));
}
