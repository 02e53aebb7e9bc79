import { gigabytesPerSecond } from '../../sim/base/busbw.ts';
import { type ErrorPlace, ImportError } from '../../sim/base/errors.ts';

/** What nccl-tests measured of a size, out of place or in place. */
export interface NcclTestsMeasurement {
  readonly timeUs: number;
  /** Recomputed from size and time. */
  readonly algbwGBps: number;
  /** Recomputed from size, ranks and time; null where collective or ranks are not known. */
  readonly busbwGBps: number | null;
  /** Elements that were wrong; null where the table says N/A or, as old versions do, an error. */
  readonly wrong: number | null;
}

export interface NcclTestsLine {
  readonly sizeBytes: number;
  readonly count: number;
  readonly type: string;
  /** null: the table has no such column. */
  readonly redop: string | null;
  readonly root: number | null;
  /** null: its result was wrong, so that its time says nothing, or there is none. */
  readonly outOfPlace: NcclTestsMeasurement | null;
  readonly inPlace: NcclTestsMeasurement | null;
}

/** @param factor of busbw; null: not known */
export function measurementOf(sizeBytes: number, timeUs: number, wrong: number | null, factor: number | null): NcclTestsMeasurement {
  const algbwGBps = gigabytesPerSecond(sizeBytes, timeUs);
  return { timeUs, algbwGBps, busbwGBps: factor === null ? null : algbwGBps * factor, wrong };
}

export const malformed = (where: ErrorPlace, what: string, hint: string): ImportError =>
  new ImportError('E440', `no line of nccl-tests: ${what}`, { where, hint });
