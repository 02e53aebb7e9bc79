import { foregroundBoundPs, jobBoundPs } from '../analysis/bounds/job-bounds.ts';
import { SEND } from './base/schedule.ts';
import type { JobResult, RunResult } from './base/result.ts';
import type { PartialRun } from './partial-run.ts';
import type { Prepared } from './prepare.ts';

/** What a packet run says of its jobs, and of the foreground as a whole (docs/mixed-traffic.md 5). */
export type JobFigures = Pick<RunResult, 'completionPs' | 'boundPs' | 'flows' | 'subflows' | 'splitFlows' | 'jobs'> & {
  readonly fctPs: Float64Array | null;
};

/** @param run null: nothing was simulated; times are then unknown but for the bounds */
export function jobFigures(prepared: Prepared, run: PartialRun | null): JobFigures {
  const { jobs, schedule, scenario } = prepared;
  const isFront = jobs.map(({ isBackground }) => !isBackground);
  const front = jobs.filter(({ isBackground }) => !isBackground);
  const total = (of: (job: Prepared['jobs'][number]) => number): number => front.reduce((sum, job) => sum + of(job), 0);
  const lastEndPs = jobs.reduce((last, job, i) => (job.isBackground ? last : Math.max(last, run?.lastEndPsOfJob[i] ?? 0)), 0);
  return {
    completionPs: run !== null && run.opsEnded === schedule.ops ? lastEndPs : null,
    boundPs: foregroundBoundPs(prepared, scenario.nic),
    flows: total(({ messages }) => messages),
    subflows: total(({ subflows }) => subflows),
    splitFlows: total(({ splitFlows }) => splitFlows),
    jobs: jobs.length === 1 ? [] : jobs.map((_, job) => jobResult(prepared, run, job)),
    fctPs: run === null ? null : endedFctPs(prepared, run, (job) => isFront[job]!),
  };
}

function jobResult(prepared: Prepared, run: PartialRun | null, job: number): JobResult {
  const { name, isBackground, schedule, messages, subflows } = prepared.jobs[job]!;
  const finished = run !== null && run.opsEndedOfJob[job] === schedule.ops;
  return {
    name,
    isBackground,
    finished,
    completionPs: finished ? run.lastEndPsOfJob[job]! : null,
    boundPs: jobBoundPs(prepared, job, prepared.scenario.nic),
    flows: messages,
    subflows,
    fctPs: run === null ? null : endedFctPs(prepared, run, (other) => other === job),
  };
}

/** Of the sends of some jobs that ended. */
function endedFctPs({ schedule }: Prepared, { operations }: PartialRun, isIncluded: (job: number) => boolean): Float64Array {
  const { startPs, endPs } = operations;
  const isCounted = (ps: number, op: number): boolean =>
    schedule.kind[op] === SEND && !Number.isNaN(ps) && isIncluded(schedule.jobOfOp[op]!);
  return endPs.map((ps, op) => (isCounted(ps, op) ? ps - startPs[op]! : NaN)).filter((ps) => !Number.isNaN(ps));
}
