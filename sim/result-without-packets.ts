import type { RunResult, RunTables } from './base/result.ts';

/** What only a simulation of packets counts. */
const UNCOUNTED = {
  packets: null,
  packetHops: null,
  drops: null,
  trims: null,
  retransmits: null,
  ecnMarks: null,
  pfcPauses: null,
  queueMaxBytes: null,
  reorderMaxPackets: null,
} as const satisfies Partial<RunResult>;

/** What a run without packets says. */
type KnownResult = Omit<RunResult, keyof typeof UNCOUNTED | 'wasStopped' | 'tables'> & {
  readonly tables: Omit<RunTables, 'linkQueueMaxBytes' | 'probes'>;
};

/** The result of a run without packets (`fidelity: bound`, `compat`), which nothing can stop on its way. */
export const resultWithoutPackets = ({ tables, ...known }: KnownResult): RunResult => ({
  ...known,
  ...UNCOUNTED,
  wasStopped: false,
  tables: { ...tables, linkQueueMaxBytes: null, probes: null },
});
