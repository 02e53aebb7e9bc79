import type { CellRecord } from '../analysis/rows.ts';
import type { ErrorPlace } from '../sim/base/errors.ts';
import { BoundError, CellError, ConfigError, ImportError, InternalError, NetsimError } from '../sim/base/errors.ts';
import type { Notice } from '../workloads/build-workload.ts';
import type { ProbeRecord } from './probe-files.ts';

export interface CellResult {
  readonly record: CellRecord;
  /** What an importer warned about. */
  readonly notices: readonly Notice[];
  /** What a generator measured of its own draws. */
  readonly facts: Readonly<Record<string, number>>;
  /** What probes have recorded; absent without probes. */
  readonly probes?: ProbeRecord;
}

/**
 * What became of a cell, as plain data: it crosses threads, where error classes do not survive. `stopped`: it was ended from outside, by
 * a person or a clock, so its result is no function of its config.
 */
export type CellOutcome =
  | ({ readonly kind: 'done' } & CellResult)
  | ({ readonly kind: 'stopped' } & CellResult)
  | { readonly kind: 'failed'; readonly failure: CellFailure };

export interface CellFailure {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly where: ErrorPlace | null;
  readonly exitCode: 1 | 2 | 3;
  /** An invariant broke: worth a report. */
  readonly internal: boolean;
  readonly stack: string | null;
}

/** Any thrown value as data. What is no NetsimError is a bug of netsim. */
export function failureOf(error: unknown): CellFailure {
  const stack = error instanceof Error ? (error.stack ?? null) : null;
  if (error instanceof NetsimError) {
    const { code, message, exitCode } = error;
    return { code, message, hint: error.hint ?? null, where: error.where ?? null, exitCode, internal: code.startsWith('E9'), stack };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'E900', message, hint: null, where: null, exitCode: 1, internal: true, stack };
}

/** The error that became this failure, for a caller that throws. */
export function errorOf({ code, message, hint, where, stack }: CellFailure): NetsimError {
  const ErrorClass = CLASSES[code.slice(0, 2)] ?? InternalError;
  const error = new ErrorClass(code, message, { ...(hint === null ? {} : { hint }), ...(where === null ? {} : { where }) });
  if (stack !== null) error.stack = stack;
  return error;
}

/** The table of sim/base/errors.ts. */
const CLASSES: Readonly<Record<string, new (...args: ConstructorParameters<typeof CellError>) => NetsimError>> = {
  E1: ConfigError,
  E2: CellError,
  E3: BoundError,
  E4: ImportError,
};

/** One line for a person. */
export function describeFailure(failure: CellFailure): string {
  const key = failure.where?.path === undefined || failure.where.path === '' ? '' : `${failure.where.path}: `;
  return `${key}${failure.message}${failure.hint === null ? '' : ` (${failure.hint})`}`;
}
