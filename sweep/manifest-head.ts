import type { Notice } from '../workloads/build-workload.ts';
import type { CellList } from './cells.ts';
import type { Json } from './config/tree.ts';
import { describeCells, describeOverrides } from './describe.ts';
import { sweptKeys } from './labels.ts';
import type { ConfigSource, ManifestFailure, ManifestHead, ReportRequest } from './manifest.ts';
import { configFacts, environmentFacts } from './manifest.ts';

/** What a manifest tells of a sweep. */
export interface SweepFacts {
  readonly input: {
    readonly name: string;
    readonly cells: CellList;
    readonly source: ConfigSource;
    readonly document: Json;
    readonly report: ReportRequest;
  };
  readonly jobs: number;
  readonly startedMs: number;
  /** null: it runs. */
  readonly endedMs: number | null;
  readonly finished: boolean;
  readonly done: number;
  readonly reused: number;
  readonly failures: readonly ManifestFailure[];
  readonly unfinished: ManifestHead['unfinished'];
  readonly notices: readonly Notice[];
}

/** The manifest of a sweep but for its list of cells. */
export function manifestHead({ input, startedMs, endedMs, ...facts }: SweepFacts): ManifestHead {
  const { name, cells, source, document, report } = input;
  const keys = sweptKeys(cells.keys);
  return {
    ...environmentFacts(),
    name,
    finished: facts.finished,
    started_at: new Date(startedMs).toISOString(),
    ended_at: endedMs === null ? null : new Date(endedMs).toISOString(),
    wall_seconds: endedMs === null ? null : (endedMs - startedMs) / 1000,
    cells_total: cells.keys.length,
    cells_done: facts.done,
    cells_reused: facts.reused,
    jobs: facts.jobs,
    config: configFacts(source, document),
    report,
    description: [...describeCells(cells, keys), ...describeOverrides(source)],
    swept_keys: keys,
    failures: facts.failures,
    unfinished: facts.unfinished,
    notices: facts.notices,
  };
}
