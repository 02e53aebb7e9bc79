import { busbwFactor, gigabytesPerSecond } from '../../sim/base/busbw.ts';
import type { CollectiveKind } from '../../sim/base/collective-spec.ts';

/** What was measured of one size. */
export interface NcclTestsResult {
  readonly kind: CollectiveKind;
  /** nccl-tests meaning: the larger of send and receive buffer. */
  readonly sizeBytes: number;
  readonly ranks: number;
  readonly timeUs: number;
}

/** What nccl-tests says of it, in every form of its output. */
export interface NcclTestsValues {
  readonly sizeBytes: number;
  /** Elements that a call is given. */
  readonly count: number;
  readonly type: 'float';
  readonly redop: 'sum' | 'none';
  /** -1: it has none. */
  readonly root: number;
  readonly timeUs: number;
  readonly algbwGBps: number;
  readonly busbwGBps: number;
}

/** Collectives that reduce, and that have a root. */
const REDUCES: readonly CollectiveKind[] = ['all-reduce', 'reduce-scatter', 'reduce'];
const HAS_ROOT: readonly CollectiveKind[] = ['broadcast', 'reduce', 'gather', 'scatter'];
/** Whose size is what one call is given; of the others it is p times that. */
const COUNTS_WHOLE: readonly CollectiveKind[] = ['all-reduce', 'broadcast', 'reduce', 'send-recv'];
const FLOAT_BYTES = 4;

/** @param root of those collectives that have one */
export function ncclTestsValues({ kind, sizeBytes, ranks, timeUs }: NcclTestsResult, root: number): NcclTestsValues {
  const algbwGBps = gigabytesPerSecond(sizeBytes, timeUs);
  return {
    sizeBytes,
    count: Math.floor(sizeBytes / FLOAT_BYTES / (COUNTS_WHOLE.includes(kind) ? 1 : ranks)),
    type: 'float',
    redop: REDUCES.includes(kind) ? 'sum' : 'none',
    root: HAS_ROOT.includes(kind) ? root : -1,
    timeUs,
    algbwGBps,
    busbwGBps: algbwGBps * (busbwFactor(kind, ranks) ?? 0),
  };
}

/** Mean of the bandwidths of all lines, before they are rounded; 0 without lines. */
export const averageBusbw = (values: readonly NcclTestsValues[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, { busbwGBps }) => sum + busbwGBps, 0) / values.length;
