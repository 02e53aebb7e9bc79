import type { AstraSimDimension, AstraSimSpec } from '../base/compat-spec.ts';
import { chunksDoneAt } from './chunk-pipeline.ts';

/** The collectives that ASTRA-sim has. */
export type AstraSimCollective = 'all-reduce' | 'all-gather' | 'reduce-scatter' | 'all-to-all';

export interface AstraSimCall {
  readonly kind: AstraSimCollective;
  /** Of every dimension for which `spec.algorithms` names none. */
  readonly algorithm: string;
  /** `comm_size` as ASTRA-sim executes it: of an all-gather one rank's shard, of the others the whole of what a rank holds. */
  readonly commSizeBytes: number;
  readonly ranks: number;
}

/** What the closed forms do not cover, for a person; with the config key it belongs to. */
export interface AstraSimProblem {
  readonly path: 'workload.ranks' | 'workload.algorithm' | 'compat.splits';
  readonly message: string;
  readonly hint: string;
}

/** A dimension with all that is asked of it. */
interface Stage {
  readonly dimension: AstraSimDimension;
  readonly nodes: number;
  readonly algorithm: string;
}

/** What one chunk does in one dimension. */
interface ChunkPhase {
  readonly dimension: number;
  readonly kind: AstraSimCollective;
  readonly chunkBytes: number;
}

/** Why the model has no time for a call, or null. */
export function astraSimProblem(spec: AstraSimSpec, call: AstraSimCall): AstraSimProblem | null {
  const nodes = spec.dimensions.reduce((product, { npus }) => product * (npus ?? call.ranks), 1);
  if (nodes !== call.ranks) {
    return { path: 'workload.ranks', message: `${call.ranks} ranks on ${nodes} NPUs`, hint: 'one rank on each NPU of compat.npus' };
  }
  for (const stage of stagesOf(spec, call)) {
    const problem = stageProblem(spec, call.kind, stage);
    if (problem !== null) return problem;
  }
  return null;
}

/**
 * Time of a collective on an analytical network of ASTRA-sim 2.x with one active chunk a dimension (docs/compat.md 2), in whole
 * nanoseconds: one of its cycles is 1 ns. `astraSimProblem` must have returned null.
 */
export function astraSimNs(spec: AstraSimSpec, call: AstraSimCall): number {
  const stages = stagesOf(spec, call);
  const phases = chunkPhases(spec, call).map(({ dimension, kind, chunkBytes }) => ({
    dimension,
    ns: phaseNs(spec, kind, stages[dimension]!, chunkBytes),
  }));
  return chunksDoneAt(phases, spec.splits);
}

function stagesOf({ dimensions, algorithms }: AstraSimSpec, { kind, algorithm, ranks }: AstraSimCall): Stage[] {
  return dimensions.map((dimension, i) => ({
    dimension,
    nodes: dimension.npus ?? ranks,
    algorithm: algorithms[kind]?.[i] ?? algorithm,
  }));
}

function stageProblem({ congestion, splits }: AstraSimSpec, kind: AstraSimCollective, stage: Stage): AstraSimProblem | null {
  const { algorithm, nodes } = stage;
  const { topology } = stage.dimension;
  const refuse = (message: string, hint: string): AstraSimProblem => ({ path: 'workload.algorithm', message, hint });
  switch (algorithm) {
    case 'ring':
      return null;
    case 'direct': {
      if (kind !== 'all-to-all') return refuse(`${kind} by direct has no closed form of ASTRA-sim`, 'choose ring');
      if (topology === 'Ring') return refuse('all-to-all by direct on a Ring has no closed form of ASTRA-sim', 'choose ring, or a Switch');
      if (splits === 1) return null;
      return {
        path: 'compat.splits',
        message: `all-to-all by direct in ${splits} splits has no closed form of ASTRA-sim (congestion ${congestion})`,
        hint: 'splits: 1',
      };
    }
    case 'halving-doubling':
      if (kind !== 'all-reduce') return refuse(`${kind} by halving-doubling has no closed form of ASTRA-sim`, 'choose ring');
      if (topology === 'Ring') return refuse('halving-doubling on a Ring has no closed form of ASTRA-sim', 'choose ring, or a Switch');
      return Number.isInteger(Math.log2(nodes)) ? null : refuse(`halving-doubling among ${nodes} ranks`, 'a power of two');
    default:
      return refuse(`${kind} by ${algorithm} has no closed form of ASTRA-sim`, 'choose ring, direct or halving-doubling');
  }
}

/**
 * What a chunk does in turn. `localBWAware`: an all-reduce is a reduce-scatter in all dimensions but the last, an all-reduce in the last,
 * and an all-gather back. Otherwise one phase a dimension; a reduce-scatter hands on a share, an all-gather what it has gathered.
 */
function chunkPhases(spec: AstraSimSpec, { kind, commSizeBytes, ranks }: AstraSimCall): ChunkPhase[] {
  const nodes = spec.dimensions.map(({ npus }) => npus ?? ranks);
  const last = nodes.length - 1;
  let chunkBytes = Math.floor(commSizeBytes / spec.splits);
  const take = (dimension: number, phase: AstraSimCollective): ChunkPhase => {
    const taken = { dimension, kind: phase, chunkBytes };
    if (phase === 'reduce-scatter') chunkBytes = Math.floor(chunkBytes / nodes[dimension]!);
    if (phase === 'all-gather') chunkBytes *= nodes[dimension]!;
    return taken;
  };
  if (kind !== 'all-reduce' || spec.optimization === 'baseline') return nodes.map((_, dimension) => take(dimension, kind));
  const inner = nodes.slice(0, last).map((_, dimension) => dimension);
  return [
    ...inner.map((dimension) => take(dimension, 'reduce-scatter')),
    take(last, 'all-reduce'),
    ...inner.toReversed().map((dimension) => take(dimension, 'all-gather')),
  ];
}

/** Time of one chunk in one dimension; ranks behave alike, so a step takes all of them equally long. */
function phaseNs(spec: AstraSimSpec, kind: AstraSimCollective, { dimension, nodes: n, algorithm }: Stage, chunkBytes: number): number {
  const endpointNs = spec.endpointDelayPs / 1000;
  const stepNs = (bytes: number): number => linkStepNs(spec, dimension, bytes);
  const reduceNs = (bytes: number): number => 3 * Math.trunc(bytes / spec.localMemBw);
  // What an all-gather calls its size is one rank's share of it already.
  const blockBytes = kind === 'all-gather' ? chunkBytes : Math.floor(chunkBytes / n);
  if (algorithm === 'halving-doubling') {
    let ns = endpointNs;
    for (let i = 1; 2 ** i <= n; i++) {
      const bytes = Math.floor(chunkBytes / 2 ** i);
      // The first and largest reduction is never charged in the original.
      ns += 2 * (stepNs(bytes) + endpointNs) + (i === 1 ? 0 : reduceNs(bytes));
    }
    return ns;
  }
  if (algorithm === 'direct') {
    const isShared = dimension.topology === 'Switch' && spec.congestion === 'aware';
    const queuedNs = isShared ? (n - 2) * Math.trunc(blockBytes / bytesPerNs(dimension)) : 0;
    return 2 * endpointNs + queuedNs + stepNs(blockBytes);
  }
  const stepAndEndpointNs = stepNs(blockBytes) + endpointNs;
  switch (kind) {
    case 'all-reduce':
      return endpointNs + 2 * (n - 1) * stepAndEndpointNs + (n - 1) * reduceNs(blockBytes);
    case 'reduce-scatter':
      return endpointNs + (n - 1) * stepAndEndpointNs + (n - 1) * reduceNs(blockBytes);
    case 'all-gather':
      return endpointNs + (n - 1) * stepAndEndpointNs;
    case 'all-to-all':
      // The block for the rank j places ahead takes j steps.
      return endpointNs + ((n * (n - 1)) / 2) * stepAndEndpointNs;
  }
}

const bytesPerNs = ({ bandwidthGiBps }: AstraSimDimension): number => (bandwidthGiBps * 2 ** 30) / 1e9;

/** A message to the next node. Two links lie between nodes of a switch; `aware` stores the whole message there and forwards it. */
function linkStepNs({ congestion }: AstraSimSpec, dimension: AstraSimDimension, bytes: number): number {
  const latencyNs = dimension.latencyPs / 1000;
  const sendingNs = bytes / bytesPerNs(dimension);
  const links = dimension.topology === 'Switch' ? 2 : 1;
  return congestion === 'aware' ? links * Math.trunc(latencyNs + sendingNs) : Math.trunc(links * latencyNs + sendingNs);
}
