import type { CriticalShare, Measuring, OperationTimes } from '../sim/base/measures.ts';
import type { Schedule } from '../sim/base/schedule.ts';

/** Something a person should know about a workload that was built: a default that matters, or a part of a file that was not used. */
export interface Notice {
  readonly level: 'warning' | 'note';
  readonly text: string;
}

/** A built workload. `facts` are numbers worth reporting next to any result, such as the Gini coefficient of a drawn routing. */
export interface Workload {
  readonly schedule: Schedule;
  readonly notices: readonly Notice[];
  readonly facts: Readonly<Record<string, number>>;
  /** Absent: a finished run says nothing special to this workload. */
  readonly measure?: Measuring;
  /** The critical path of a finished run by groups, the largest first; `whole` is the Schedule as it ran. */
  readonly criticalShares?: (whole: Schedule, times: OperationTimes) => readonly CriticalShare[];
}
