import type { Row } from '../analysis/rows.ts';
import { ncclTestsTable, type NcclTestsResult } from '../analysis/nccl-tests/format.ts';
import { formatValue } from '../analysis/charts/dimensions.ts';
import { busbwFactor } from '../sim/base/busbw.ts';
import { COLLECTIVE_ALGORITHMS, type CollectiveKind, type CollectiveSpec } from '../sim/base/collective-spec.ts';
import { ConfigError } from '../sim/base/errors.ts';
import { fabricOf, type AnyScenario } from '../sweep/any-scenario.ts';
import type { AnyCell, CellList } from '../sweep/cells.ts';

const SIZE_KEY = 'workload.size';

/**
 * The collective that a cell measures.
 *
 * @throws ConfigError when it runs anything else, or one without a bandwidth
 */
function collectiveOf(scenario: AnyScenario): CollectiveSpec {
  const { workload, jobs } = fabricOf(scenario, '--format nccl-tests');
  const isCollective = jobs.length === 0 && Object.hasOwn(COLLECTIVE_ALGORITHMS, workload.kind);
  if (isCollective && busbwFactor(workload.kind as CollectiveKind, 2) !== null) return workload as CollectiveSpec;
  const what = jobs.length > 0 ? 'several jobs' : workload.kind;
  throw new ConfigError('E164', `--format nccl-tests prints collectives, not ${what}`, {
    where: { path: jobs.length > 0 ? 'jobs' : 'workload.kind' },
    hint: 'a workload such as all-reduce or all-to-all, or another --format',
  });
}

/** @throws ConfigError when some cell has no line in such a table; to be called before anything runs */
export function checkNcclTests(cells: CellList): void {
  for (let i = 0; i < cells.keys.length; i++) collectiveOf(cells.at(i).scenario);
}

/** Results of one combination of the swept keys that are not the size, by size. */
interface Group {
  readonly label: string;
  readonly root: number;
  readonly bySize: Map<number, { readonly result: NcclTestsResult; readonly timesUs: number[] }>;
  /** Sizes without a time. */
  readonly unfinished: number[];
}

/**
 * The rows of a sweep as nccl-tests prints them: one table for each combination of the swept keys beside the size, under a comment that
 * names it; a line is the mean over the repeats of its size. Cells without a time are named in a comment.
 */
export function ncclTestsTables(cells: CellList, rows: readonly Row[]): string {
  const rowOf = new Map(rows.map((row) => [row['run_id'], row]));
  const groups = new Map<string, Group>();
  for (let i = 0; i < cells.keys.length; i++) {
    const cell = cells.at(i);
    const { kind, sizeBytes, ranks, groups: rankGroups, root = 0 } = collectiveOf(cell.scenario);
    const label = labelOf(cell);
    const group: Group = groups.get(label) ?? { label, root, bySize: new Map(), unfinished: [] };
    groups.set(label, group);
    const timeUs = rowOf.get(cell.runId)?.['completion_time_us'];
    if (typeof timeUs !== 'number') {
      group.unfinished.push(sizeBytes);
      continue;
    }
    const result = { kind, sizeBytes, ranks: rankGroups?.size ?? ranks, timeUs };
    const line = group.bySize.get(sizeBytes) ?? { result, timesUs: [] };
    line.timesUs.push(timeUs);
    group.bySize.set(sizeBytes, line);
  }
  return [...groups.values()].map(tableOf).join('');
}

function tableOf({ label, root, bySize, unfinished }: Group): string {
  const results = [...bySize.values()].map(({ result, timesUs }) => ({
    ...result,
    timeUs: timesUs.reduce((sum, us) => sum + us, 0) / timesUs.length,
  }));
  const comments = [
    ...(label === '' ? [] : [`# ${label}`]),
    ...[...new Set(unfinished)].map((sizeBytes) => `# size ${sizeBytes}: no time, the run failed or did not finish`),
  ];
  return comments.map((comment) => `${comment}\n`).join('') + ncclTestsTable(results, root);
}

const labelOf = ({ swept }: AnyCell): string =>
  Object.entries(swept)
    .filter(([key]) => key !== SIZE_KEY)
    .map(([key, value]) => `${key}: ${formatValue(key, value)}`)
    .join(', ');
