import type { Row } from '../analysis/rows.ts';
import { ncclTestsJson, ncclTestsTable, rcclTestsCsv } from '../analysis/nccl-tests/format.ts';
import type { NcclTestsResult } from '../analysis/nccl-tests/values.ts';
import { formatValue } from '../analysis/charts/dimensions.ts';
import { busbwFactor } from '../sim/base/busbw.ts';
import { COLLECTIVE_ALGORITHMS, type CollectiveKind, type CollectiveSpec } from '../sim/base/collective-spec.ts';
import { ConfigError } from '../sim/base/errors.ts';
import { fabricOf, type AnyScenario } from '../sweep/any-scenario.ts';
import type { NcclTestsForm } from './options.ts';
import { jsonDocument } from './print-rows.ts';
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
  readonly swept: AnyCell['swept'];
  readonly root: number;
  readonly bySize: Map<number, { readonly result: NcclTestsResult; readonly timesUs: number[] }>;
  /** Sizes without a time. */
  readonly unfinished: Set<number>;
}

/**
 * The rows of a sweep as nccl-tests prints them: one table for each combination of the swept keys beside the size, under a comment that
 * names it; a line is the mean over the repeats of its size. Cells without a time are named in a comment. As JSON it is one document.
 */
export function ncclTestsTables(cells: CellList, rows: readonly Row[], form: NcclTestsForm): string {
  const groups = groupsOf(cells, rows);
  if (form === 'nccl-tests-json') return jsonDocument({ tables: groups.map(jsonOf) });
  return groups.map((group) => tableOf(group, form)).join('');
}

function groupsOf(cells: CellList, rows: readonly Row[]): Group[] {
  const rowOf = new Map(rows.map((row) => [row['run_id'], row]));
  const groups = new Map<string, Group>();
  for (let i = 0; i < cells.keys.length; i++) {
    const cell = cells.at(i);
    const { kind, sizeBytes, ranks, groups: rankGroups, root = 0 } = collectiveOf(cell.scenario);
    const swept = othersOf(cell);
    const label = JSON.stringify(swept);
    const group: Group = groups.get(label) ?? { swept, root, bySize: new Map(), unfinished: new Set() };
    groups.set(label, group);
    const timeUs = rowOf.get(cell.runId)?.['completion_time_us'];
    if (typeof timeUs !== 'number') {
      group.unfinished.add(sizeBytes);
      continue;
    }
    const result = { kind, sizeBytes, ranks: rankGroups?.size ?? ranks, timeUs };
    const line = group.bySize.get(sizeBytes) ?? { result, timesUs: [] };
    line.timesUs.push(timeUs);
    group.bySize.set(sizeBytes, line);
  }
  return [...groups.values()];
}

const meansOf = ({ bySize }: Group): NcclTestsResult[] =>
  [...bySize.values()].map(({ result, timesUs }) => ({
    ...result,
    timeUs: timesUs.reduce((sum, us) => sum + us, 0) / timesUs.length,
  }));

function tableOf(group: Group, form: 'nccl-tests' | 'rccl-csv'): string {
  const { swept, root, unfinished } = group;
  const label = Object.entries(swept)
    .map(([key, value]) => `${key}: ${formatValue(key, value)}`)
    .join(', ');
  const comments = [
    ...(label === '' ? [] : [`# ${label}`]),
    ...[...unfinished].map((sizeBytes) => `# size ${sizeBytes}: no time, the run failed or did not finish`),
  ];
  const table = form === 'rccl-csv' ? rcclTestsCsv(meansOf(group), root) : ncclTestsTable(meansOf(group), root);
  return comments.map((comment) => `${comment}\n`).join('') + table;
}

const jsonOf = (group: Group): object => ({
  swept: group.swept,
  results: ncclTestsJson(meansOf(group), group.root),
  unfinished: [...group.unfinished],
});

/** The swept keys but the size. */
const othersOf = ({ swept }: AnyCell): AnyCell['swept'] => Object.fromEntries(Object.entries(swept).filter(([key]) => key !== SIZE_KEY));
