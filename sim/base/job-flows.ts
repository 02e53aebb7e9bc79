/** Flows of several jobs: which one each belongs to, and its number there. A job numbers its own flows from 0, in the order of the whole plan. */
export interface JobFlows {
  readonly jobOfFlow: Uint8Array;
  readonly ownFlow: Int32Array;
}

/** The numbers that flows have in their jobs. */
export function jobFlows(jobOfFlow: Uint8Array, jobs: number): JobFlows {
  const used = new Int32Array(jobs);
  return { jobOfFlow, ownFlow: Int32Array.from(jobOfFlow, (job) => used[job]!++) };
}
