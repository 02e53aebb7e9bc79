/** What is recorded over time while packets run (docs/probes.md). */
export interface ProbeSpec {
  /** Samples are taken at the multiples of this. */
  readonly everyPs: number;
  /** Without repetitions. */
  readonly what: readonly ProbeKind[];
  /** `fabric`: between switches; names as in FailureSpec.link, both directions. */
  readonly links: 'all' | 'fabric' | readonly string[];
}

export const PROBE_KINDS = ['queues', 'links', 'pauses', 'reorder'] as const;
export type ProbeKind = (typeof PROBE_KINDS)[number];
