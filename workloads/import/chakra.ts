import { ImportError } from '../../sim/base/errors.ts';
import type { ChakraOptions, ImportedWorkload } from '../../sim/base/file-spec.ts';
import { type Schedule, ScheduleBuilder, SEND } from '../../sim/base/schedule.ts';
import { afterAll, NOTHING } from '../after-all.ts';
import { algorithmProblem } from '../collectives/collective.ts';
import type { Notice } from '../workload.ts';
import { type Activity, ActivityReader } from './chakra-activity.ts';
import { type TraceGraph, traceGraph } from './chakra-graph.ts';
import { ProcessGroups } from './chakra-groups.ts';
import { isJsonTrace, parseChakraJson } from './chakra-json.ts';
import { type CollectiveInstance, type Matching, matchTraces } from './chakra-match.ts';
import { startOrder } from './chakra-order.ts';
import { parseChakraProtobuf } from './chakra-protobuf.ts';
import { describeNode } from './chakra-trace.ts';
import { finishImport } from './finish-import.ts';
import { addGroupCollective, algorithmOf } from './group-collective.ts';
import { gunzipped, isGzip } from './gunzip.ts';
import { checkMessageCount, checkRanks, type ImportRequest } from './import-request.ts';
import { Problems } from './problems.ts';

/**
 * The Schedule of Chakra execution traces, one file a rank. Rules of execution: docs/import.md.
 *
 * Facts: `chakra_nodes`; `chakra_compute_us_max`, the largest total of compute durations of a rank's GPU; `chakra_recorded_nodes`, those
 * with a start time. Without recorded nodes, a total far above what communication can take is a sign that durations are nanoseconds.
 *
 * @throws ImportError for malformed files, more files than ranks, dependencies, collectives or messages that do not fit together
 */
export function chakraWorkload(request: ImportRequest<ChakraOptions>): ImportedWorkload {
  const { path, files, options } = request;
  if (files.length === 0) throw new ImportError('E420', 'no trace', { where: { file: path }, hint: 'give one file a rank' });
  checkRanks(files.length, 'traces', request, { file: path });
  const problems = new Problems();
  const unit = options.durationUnit;
  const notices: Notice[] = [{ level: 'note', text: `${path}: compute durations are read in ${unit} (chakra.durationUnit)` }];
  const graphs: TraceGraph[] = [];
  const activities: Activity[][] = [];
  files.forEach((packed, rank) => {
    const file = isGzip(packed) ? gunzipped(packed) : packed;
    const trace = isJsonTrace(file) ? parseChakraJson(file) : parseChakraProtobuf(file);
    const graph = traceGraph(trace, options, problems, notices);
    const groups = new ProcessGroups(trace, files.length, problems);
    const reader = new ActivityReader(file.name, rank, files.length, groups, options, problems);
    graphs.push(graph);
    const row = graph.nodes.map((node) => reader.read(node));
    activities.push(row);
    notices.push(...reader.notices(), ...looseKernels(graph, row));
  });
  problems.throwIfAny();
  const matching = matchTraces(graphs, activities, problems);
  checkAlgorithms(matching, graphs, options, problems);
  problems.throwIfAny();
  checkMessageCount(countMessages(matching, activities), path, 'import fewer nodes or ranks');

  const emitter = new Emitter(graphs, activities, matching, options);
  const built = emitter.emit();
  const schedule = finishImport(built.schedule, path, built.nameOf);
  const computePs = activities.map((row) =>
    row.reduce((sum, a) => (a.kind === 'compute' && a.unit === 'compute' ? sum + a.durationPs : sum), 0),
  );
  const computeUs = Math.max(...computePs) / 1e6;
  const recorded = graphs.reduce((sum, { nodes }) => sum + nodes.filter(({ wasRecorded }) => wasRecorded).length, 0);
  if (recorded === 0 && unit === 'us') notices.push(...longComputes(path, computeUs, schedule));
  return {
    schedule,
    notices,
    facts: {
      chakra_nodes: graphs.reduce((sum, { nodes }) => sum + nodes.length, 0),
      chakra_recorded_nodes: recorded,
      chakra_compute_us_max: computeUs,
    },
  };
}

/** Bytes a microsecond of a slow link of today, 100 Gb/s: what computes are compared with. */
const SLOW_LINK = 12_500;

/** Converters from old text workloads write nanoseconds where microseconds belong: computes become a thousand times too long. */
function longComputes(path: string, computeUs: number, { ranks, ops, kind, rank, bytes }: Schedule): Notice[] {
  const sent = new Float64Array(ranks);
  for (let op = 0; op < ops; op++) if (kind[op] === SEND) sent[rank[op]!]! += bytes[op]!;
  const communicationUs = sent.reduce((most, each) => Math.max(most, each), 0) / SLOW_LINK;
  if (communicationUs === 0 || computeUs <= 100 * communicationUs) return [];
  const text = `${path}: a rank computes for ${computeUs} us and sends for ${communicationUs} us at 100 Gb/s, and no node has a start time: are the durations nanoseconds (chakra.durationUnit: ns)?`;
  return [{ level: 'warning', text }];
}

/** At most: every algorithm here sends fewer than 2 (p - 1) messages a member, all-to-all and direct p - 1 in each of two phases. */
function countMessages({ collectives }: Matching, activities: readonly (readonly Activity[])[]): number {
  const sends = activities.reduce((sum, row) => sum + row.filter(({ kind }) => kind === 'send').length, 0);
  return collectives.reduce((sum, { nodes }) => sum + 2 * nodes.length * (nodes.length - 1), sends);
}

/** GPU computes that nothing waits for: a reader that drops control dependencies may end a trace before them. */
function looseKernels({ file, dependents }: TraceGraph, activities: readonly Activity[]): Notice[] {
  const loose = activities.filter(
    (activity, i) => activity.kind === 'compute' && activity.unit === 'compute' && dependents[i]!.length === 0,
  );
  return loose.length === 0 ? [] : [{ level: 'note', text: `${file}: nothing waits for ${loose.length} GPU computes` }];
}

function checkAlgorithms(matching: Matching, graphs: readonly TraceGraph[], options: ChakraOptions, problems: Problems): void {
  for (const { activity, nodes } of matching.collectives) {
    const problem = algorithmProblem(activity.collective, algorithmOf(activity.collective, options), nodes.length);
    if (problem === null) continue;
    const { rank, node } = nodes[0]!;
    const where = { file: graphs[rank]!.file };
    problems.add('E426', `${describeNode(graphs[rank]!.nodes[node]!)}: ${problem}`, where, 'choose another algorithm below the key chakra');
  }
}

/** Writes operations in the order of `startOrder`. */
class Emitter {
  readonly #graphs: readonly TraceGraph[];
  readonly #activities: readonly (readonly Activity[])[];
  readonly #matching: Matching;
  readonly #options: ChakraOptions;
  readonly #builder: ScheduleBuilder;
  readonly #phase: number;
  /** done[rank][node]: the operation whose end is the end of the node; NOTHING: ended from the start. */
  readonly #done: readonly Int32Array[];
  /** The send of each send node. */
  readonly #sends: readonly Int32Array[];

  constructor(graphs: readonly TraceGraph[], activities: readonly (readonly Activity[])[], matching: Matching, options: ChakraOptions) {
    this.#graphs = graphs;
    this.#activities = activities;
    this.#matching = matching;
    this.#options = options;
    this.#builder = new ScheduleBuilder(graphs.length);
    this.#phase = this.#builder.phase('trace');
    this.#done = graphs.map(({ nodes }) => new Int32Array(nodes.length).fill(NOTHING));
    this.#sends = graphs.map(({ nodes }) => new Int32Array(nodes.length).fill(NOTHING));
  }

  emit(): { readonly schedule: ReturnType<ScheduleBuilder['build']>; readonly nameOf: (op: number) => string } {
    const { steps, previousOnUnit } = startOrder(this.#graphs, this.#activities, this.#matching);
    for (const { rank, node } of steps) {
      const activity = this.#activities[rank]![node]!;
      const waits = (rank: number, node: number): number[] => {
        const previous = previousOnUnit[rank]![node]!;
        const nodes = previous === -1 ? this.#graphs[rank]!.deps[node]! : [...new Set([...this.#graphs[rank]!.deps[node]!, previous])];
        return nodes.map((i) => this.#done[rank]![i]!).filter((op) => op !== NOTHING);
      };
      if (activity.kind === 'collective') this.#collective(this.#matching.collectives[this.#matching.instanceOf[rank]![node]!]!, waits);
      else this.#done[rank]![node] = this.#single(rank, node, activity, waits(rank, node));
    }
    const schedule = this.#builder.build();
    return { schedule, nameOf: (op) => `operation ${op} of rank ${schedule.rank[op]}` };
  }

  #single(rank: number, node: number, activity: Exclude<Activity, { readonly kind: 'collective' }>, waits: readonly number[]): number {
    const builder = this.#builder;
    if (activity.kind === 'pass') return afterAll(builder, rank, waits);
    let op: number;
    if (activity.kind === 'compute') op = builder.compute(rank, activity.durationPs);
    else if (activity.kind === 'send') op = this.#sends[rank]![node] = builder.message(rank, activity.dst, activity.sizeBytes, this.#phase);
    else op = this.#sends[activity.src]![this.#matching.partner[rank]![node]!]! + 1;
    for (const wait of waits) builder.after(op, wait);
    return op;
  }

  /** Each member enters after what its node waits for, and leaves when its receives have ended and its sends have been posted. */
  #collective({ activity, nodes }: CollectiveInstance, waits: (rank: number, node: number) => number[]): void {
    const ranks = nodes.map(({ rank }) => rank);
    const done = addGroupCollective(this.#builder, this.#phase, {
      kind: activity.collective,
      algorithm: algorithmOf(activity.collective, this.#options),
      sizeBytes: activity.sizeBytes,
      ranks,
      entry: nodes.map(({ rank, node }) => afterAll(this.#builder, rank, waits(rank, node))),
    });
    nodes.forEach(({ rank, node }, member) => {
      this.#done[rank]![node] = done[member]!;
    });
  }
}
