import { DEFAULT_CLASS } from '../base/job-spec.ts';

/** Priority classes of the data of a run (IEEE 802.1Q); class 0 is that of control packets. */
export interface TrafficClasses {
  /** Classes in use, ascending, between 1 and 7. */
  readonly dataClasses: readonly number[];
  /** Index into `dataClasses` of each flow; null: there is one. */
  readonly indexOfFlow: Uint8Array | null;
}

/** @param classOfFlow null: all flows are of the default class */
export function trafficClasses(classOfFlow: Uint8Array | null): TrafficClasses {
  const dataClasses = classOfFlow === null ? [] : [...new Set(classOfFlow)].sort((a, b) => a - b);
  if (dataClasses.length < 2) return { dataClasses: [dataClasses[0] ?? DEFAULT_CLASS], indexOfFlow: null };
  return { dataClasses, indexOfFlow: classOfFlow!.map((trafficClass) => dataClasses.indexOf(trafficClass)) };
}
