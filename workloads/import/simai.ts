import type { CollectiveAlgorithm } from '../../sim/base/collective-spec.ts';
import type { ImportedWorkload, SimaiOptions } from '../../sim/base/file-spec.ts';
import { MAX_TIME_PS } from '../../sim/base/scenario.ts';
import { ScheduleBuilder } from '../../sim/base/schedule.ts';
import { afterAll, NOTHING } from '../after-all.ts';
import { algorithmProblem } from '../collectives/collective.ts';
import type { Notice } from '../workload.ts';
import { finishImport } from './finish-import.ts';
import { addGroupCollective, algorithmOf, type TraceCollective } from './group-collective.ts';
import { checkMessageCount, checkRanks, type ImportRequest, onlyFile } from './import-request.ts';
import { Problems } from './problems.ts';
import { type Layer, type LayerCollective, parseSimai, type SimaiWorkload } from './simai-text.ts';

const KINDS = {
  ALLREDUCE: 'all-reduce',
  ALLGATHER: 'all-gather',
  REDUCESCATTER: 'reduce-scatter',
  ALLTOALL: 'all-to-all',
  BROADCAST: 'broadcast',
} as const satisfies Record<string, TraceCollective>;

type Column = 'forward' | 'inputGradient' | 'weightGradient';
const COLUMNS: readonly Column[] = ['forward', 'inputGradient', 'weightGradient'];

/**
 * The Schedule of one iteration of a SimAI / AICB workload: forward, backward and update of every layer on every rank. Order, groups and
 * the pipeline bubble: docs/import.md.
 *
 * @throws ImportError for a malformed file, a number of GPUs that is unknown, does not divide or is above the fabric's
 */
export function simaiWorkload(request: ImportRequest<SimaiOptions>): ImportedWorkload {
  const file = onlyFile(request);
  const workload = parseSimai(file, request);
  const { parallel, layers } = workload;
  checkRanks(parallel.gpus, 'GPUs', request, { file: file.name, line: 1 });
  const emitter = new Emitter(workload, request.options);
  emitter.check();
  const schedule = finishImport(emitter.emit(), file.name, (op) => `operation ${op}`);
  const notices: Notice[] = [...workload.notices];
  const note = (text: string): void => void notices.push({ level: 'note', text: `${file.name}: ${text}` });
  note('computes are read in ns; every rank runs every row, input gradient before weight gradient');
  if (parallel.pp > 1) note(`pipeline stages run the same rows at once, and end with a bubble of (pp - 1) / (vpp ga) of their computes`);
  return { schedule, notices, facts: { simai_layers: layers.length } };
}

class Emitter {
  readonly #workload: SimaiWorkload;
  readonly #options: SimaiOptions;
  readonly #builder: ScheduleBuilder;
  readonly #phase: number;
  /** Of each rank: the operation that its next one waits for. */
  readonly #last: number[];
  /** Of each rank: what ends after its last row. */
  readonly #open: number[][];

  constructor(workload: SimaiWorkload, options: SimaiOptions) {
    this.#workload = workload;
    this.#options = options;
    const { gpus } = workload.parallel;
    this.#builder = new ScheduleBuilder(gpus);
    this.#phase = this.#builder.phase('iteration');
    this.#last = Array.from({ length: gpus }, () => NOTHING);
    this.#open = Array.from({ length: gpus }, () => []);
  }

  /** @throws ImportError for an algorithm that cannot run on a group, too long computes, too many messages */
  check(): void {
    const { file, layers, parallel } = this.#workload;
    const problems = new Problems();
    const refused = new Set<string>();
    let [messages, totalNs] = [0, 0];
    for (const layer of layers) {
      totalNs += layer.updateNs;
      for (const column of COLUMNS) {
        const { computeNs, collective } = layer[column];
        // A layer is computed again where the forward pass is.
        totalNs += 2 * computeNs;
        const { size } = this.#groupShape(layer, column);
        const kind = this.#kindOf(collective);
        if (kind === null || size < 2) continue;
        messages += (column === 'forward' ? 2 : 1) * 2 * parallel.gpus * (size - 1);
        const problem = algorithmProblem(kind, this.#algorithm(kind), size);
        if (problem === null || refused.has(problem)) continue;
        refused.add(problem);
        problems.add('E452', problem, { file, line: layer.line, column: 1 }, 'choose another algorithm below the key simai');
      }
    }
    if (totalNs * 1e3 * parallel.pp > MAX_TIME_PS) {
      problems.add('E452', `the computes last ${totalNs} ns, longer than a run can be`, { file });
    }
    problems.throwIfAny();
    checkMessageCount(messages, file, 'import fewer layers or GPUs');
  }

  emit(): ReturnType<ScheduleBuilder['build']> {
    const { layers, recomputes, checkpoints, initiates, parallel } = this.#workload;
    layers.forEach((layer) => this.#blocking(layer, 'forward'));
    for (let index = layers.length - 1; index >= 0; index--) {
      const layer = layers[index]!;
      if (recomputes && initiates.has(index)) {
        let first = index;
        while (!checkpoints.has(first)) first--;
        for (let again = first; again < index; again++) this.#blocking(layers[again]!, 'forward');
      }
      this.#blocking(layer, 'inputGradient');
      this.#weightGradient(layer);
    }
    const bubble = (parallel.pp - 1) / (parallel.vpp * parallel.ga);
    const computeNs = layers.reduce((sum, layer) => sum + COLUMNS.reduce((each, column) => each + layer[column].computeNs, 0), 0);
    this.#last.forEach((last, rank) => {
      const end = afterAll(this.#builder, rank, [last, ...this.#open[rank]!]);
      this.#compute(rank, Math.round(bubble * computeNs * 1e3), end);
    });
    return this.#builder.build();
  }

  /** Computes, then waits for the collective. */
  #blocking(layer: Layer, column: Column): void {
    this.#computeAll(layer[column].computeNs);
    this.#collective(layer, column, (rank, done) => {
      this.#last[rank] = done;
    });
  }

  /** Goes on after the compute; the update waits for the collective, and the end of the iteration for the update. */
  #weightGradient(layer: Layer): void {
    this.#computeAll(layer.weightGradient.computeNs);
    const done = [...this.#last];
    const isAlone = !this.#collective(layer, 'weightGradient', (rank, op) => {
      done[rank] = op;
    });
    done.forEach((op, rank) => {
      const end = this.#compute(rank, layer.updateNs * 1e3, op);
      if (isAlone) this.#last[rank] = end;
      else if (end !== NOTHING) this.#open[rank]!.push(end);
    });
  }

  #computeAll(ns: number): void {
    this.#last.forEach((last, rank) => {
      this.#last[rank] = this.#compute(rank, ns * 1e3, last);
    });
  }

  #compute(rank: number, ps: number, after: number): number {
    if (ps === 0) return after;
    const op = this.#builder.compute(rank, ps);
    if (after !== NOTHING) this.#builder.after(op, after);
    return op;
  }

  /** Runs the collective of a column in all its groups; false: there is none. */
  #collective(layer: Layer, column: Column, left: (rank: number, done: number) => void): boolean {
    const { collective } = layer[column];
    const kind = this.#kindOf(collective);
    const { size, stride } = this.#groupShape(layer, column);
    if (kind === null || size < 2) return false;
    const { gpus } = this.#workload.parallel;
    for (let first = 0; first < gpus; first++) {
      if (Math.floor(first / stride) % size !== 0) continue;
      const ranks = Array.from({ length: size }, (_, member) => first + member * stride);
      const entry = ranks.map((rank) => this.#last[rank]!);
      const done = addGroupCollective(this.#builder, this.#phase, {
        kind,
        algorithm: this.#algorithm(kind),
        sizeBytes: collective.bytes,
        ranks,
        entry,
      });
      ranks.forEach((rank, member) => left(rank, done[member]!));
    }
    return true;
  }

  /** null: nothing is sent. */
  #kindOf({ kind, bytes }: LayerCollective): TraceCollective | null {
    if (kind === 'NONE' || bytes === 0 || (kind === 'BROADCAST' && !this.#options.broadcast)) return null;
    return KINDS[kind];
  }

  #algorithm(kind: TraceCollective): CollectiveAlgorithm {
    return algorithmOf(kind, this.#options);
  }

  /**
   * Groups are `size` ranks, `stride` apart. Rank = tensor + tp (data + dp stage), and data = expert + ep block: a tensor group is
   * consecutive, a data group tp apart, an expert group too but ep of them, and ranks with the same experts are tp ep apart.
   */
  #groupShape({ policy, ...layer }: Layer, column: Column): { readonly size: number; readonly stride: number } {
    const { tp, ep, pp, gpus } = this.#workload.parallel;
    const dp = gpus / (tp * pp);
    const { group } = layer[column].collective;
    if (group === 'EP') return { size: ep, stride: tp };
    if (group === 'DP_EP') return { size: dp / ep, stride: tp * ep };
    const isData = column === 'weightGradient';
    if (policy === 'DATA') return { size: isData ? gpus / pp : 1, stride: 1 };
    if (policy === 'MODEL') return { size: isData ? 1 : gpus / pp, stride: 1 };
    return isData ? { size: dp, stride: tp } : { size: tp, stride: 1 };
  }
}
