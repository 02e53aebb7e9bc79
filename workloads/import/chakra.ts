import { ImportError } from '../../sim/base/errors.ts';
import type { CollectiveAlgorithm, CollectiveSpec } from '../../sim/base/collective-spec.ts';
import type { FileSpec } from '../../sim/base/file-spec.ts';
import { ScheduleBuilder } from '../../sim/base/schedule.ts';
import { afterAll, NOTHING } from '../after-all.ts';
import { algorithmProblem, emitCollective } from '../collectives/collective.ts';
import { CollectiveCall } from '../collectives/collective-call.ts';
import type { Notice, Workload } from '../workload.ts';
import { type Activity, ActivityReader } from './chakra-activity.ts';
import { type TraceGraph, traceGraph } from './chakra-graph.ts';
import { ProcessGroups } from './chakra-groups.ts';
import { isJsonTrace, parseChakraJson } from './chakra-json.ts';
import { type CollectiveInstance, type Matching, matchTraces } from './chakra-match.ts';
import { startOrder } from './chakra-order.ts';
import { parseChakraProtobuf } from './chakra-protobuf.ts';
import { describeNode } from './chakra-trace.ts';
import { finishImport } from './finish-import.ts';
import { Problems } from './problems.ts';

/**
 * The Schedule of Chakra execution traces, one file a rank. Rules of execution: docs/workloads.md.
 *
 * Facts: `chakra_nodes`; `chakra_compute_us_max`, the largest total of compute durations of a rank's GPU; `chakra_recorded_nodes`, those
 * with a start time. Without recorded nodes, a total far above what communication can take is a sign that durations are nanoseconds.
 *
 * @throws ImportError for malformed files, more files than ranks, dependencies, collectives or messages that do not fit together
 */
export function chakraWorkload(spec: FileSpec): Workload {
  if (spec.files.length === 0) throw new ImportError('E420', 'no trace', { where: { file: spec.path }, hint: 'give one file a rank' });
  if (spec.files.length > spec.ranks) {
    throw new ImportError('E401', `there are ${spec.files.length} traces, the fabric has ${spec.ranks} ranks`, {
      where: { file: spec.path },
      hint: 'use a larger fabric, or fewer files',
    });
  }
  const problems = new Problems();
  const unit = spec.chakra.durationUnit;
  const notices: Notice[] = [{ level: 'note', text: `${spec.path}: compute durations are read in ${unit} (chakra.durationUnit)` }];
  const graphs: TraceGraph[] = [];
  const activities: Activity[][] = [];
  spec.files.forEach((file, rank) => {
    const trace = isJsonTrace(file.bytes) ? parseChakraJson(file) : parseChakraProtobuf(file);
    const graph = traceGraph(trace, spec.chakra, problems, notices);
    const groups = new ProcessGroups(trace, spec.files.length, problems);
    const reader = new ActivityReader(file.name, rank, spec.files.length, groups, spec.chakra, problems);
    graphs.push(graph);
    const row = graph.nodes.map((node) => reader.read(node));
    activities.push(row);
    notices.push(...reader.notices(), ...looseKernels(graph, row));
  });
  problems.throwIfAny();
  const matching = matchTraces(graphs, activities, problems);
  checkAlgorithms(matching, graphs, spec.chakra, problems);
  problems.throwIfAny();

  const emitter = new Emitter(graphs, activities, matching, spec.chakra);
  const { schedule, nameOf } = emitter.emit();
  const computePs = activities.map((row) =>
    row.reduce((sum, a) => (a.kind === 'compute' && a.unit === 'compute' ? sum + a.durationPs : sum), 0),
  );
  return {
    schedule: finishImport(schedule, spec.path, nameOf),
    notices,
    facts: {
      chakra_nodes: graphs.reduce((sum, { nodes }) => sum + nodes.length, 0),
      chakra_recorded_nodes: graphs.reduce((sum, { nodes }) => sum + nodes.filter(({ wasRecorded }) => wasRecorded).length, 0),
      chakra_compute_us_max: Math.max(...computePs) / 1e6,
    },
  };
}

/** GPU computes that nothing waits for: a reader that drops control dependencies may end a trace before them. */
function looseKernels({ file, dependents }: TraceGraph, activities: readonly Activity[]): Notice[] {
  const loose = activities.filter(
    (activity, i) => activity.kind === 'compute' && activity.unit === 'compute' && dependents[i]!.length === 0,
  );
  return loose.length === 0 ? [] : [{ level: 'note', text: `${file}: nothing waits for ${loose.length} GPU computes` }];
}

/** The algorithm that runs a collective of a trace. */
function algorithmOf(kind: CollectiveSpec['kind'], options: FileSpec['chakra']): CollectiveAlgorithm {
  switch (kind) {
    case 'all-reduce':
      return options.allReduce;
    case 'all-gather':
      return options.allGather;
    case 'reduce-scatter':
      return options.reduceScatter;
    case 'all-to-all':
      return 'direct';
  }
}

function checkAlgorithms(matching: Matching, graphs: readonly TraceGraph[], options: FileSpec['chakra'], problems: Problems): void {
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
  readonly #options: FileSpec['chakra'];
  readonly #builder: ScheduleBuilder;
  readonly #phase: number;
  /** done[rank][node]: the operation whose end is the end of the node; NOTHING: ended from the start. */
  readonly #done: readonly Int32Array[];
  /** The send of each send node. */
  readonly #sends: readonly Int32Array[];

  constructor(
    graphs: readonly TraceGraph[],
    activities: readonly (readonly Activity[])[],
    matching: Matching,
    options: FileSpec['chakra'],
  ) {
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
    const builder = this.#builder;
    const entry = nodes.map(({ rank, node }) => afterAll(builder, rank, waits(rank, node)));
    const receives: number[][] = nodes.map(() => []);
    const posted: number[][] = nodes.map(() => []);
    const call = new CollectiveCall(
      builder,
      nodes.map(({ rank }) => rank),
      {
        phaseOfStep: () => this.#phase,
        entry,
        observe: (_step, src, dst, _first, _count, _action, send) => {
          posted[src]!.push(send);
          receives[dst]!.push(send + 1);
        },
      },
    );
    emitCollective(activity.collective, algorithmOf(activity.collective, this.#options), activity.sizeBytes, call);
    nodes.forEach(({ rank, node }, member) => {
      this.#done[rank]![node] = afterAll(builder, rank, [entry[member]!, ...receives[member]!], posted[member]!);
    });
  }
}
