import type { ParallelDimension, TrainingSpec } from '../../sim/base/training-spec.ts';

/** Model replicas: what is left of the ranks. A whole number where `layoutProblems` finds nothing. */
export const dataDegree = ({ ranks, parallel: { tensor, pipeline, context } }: Pick<TrainingSpec, 'ranks' | 'parallel'>): number =>
  ranks / (tensor * pipeline * context);

/** Micro-batches that a model replica passes in an iteration. */
export const microBatches = (spec: TrainingSpec): number => spec.batch.global / (dataDegree(spec) * spec.batch.micro);

/**
 * Which ranks work together. All pipeline stages look alike, so groups are given in lanes: lane l of a stage is the l-th of its ranks,
 * and what it sends to another stage goes to lane l there.
 */
export class Layout {
  readonly lanes: number;
  /** Rank of each lane, by stage. */
  readonly ranks: readonly (readonly number[])[];
  readonly tensor: readonly (readonly number[])[];
  readonly context: readonly (readonly number[])[];
  /** Lanes that share the experts of a layer. */
  readonly expert: readonly (readonly number[])[];
  /** Lanes with the same dense parameters: of all contexts and replicas. */
  readonly data: readonly (readonly number[])[];
  /** Lanes with the same experts. */
  readonly expertData: readonly (readonly number[])[];

  constructor(spec: TrainingSpec) {
    const { parallel, ranks } = spec;
    const degrees = { ...parallel, data: dataDegree(spec) };
    const coordinates = Array.from({ length: ranks }, (_, rank) => coordinatesOf(rank, parallel.order, degrees));
    const stages: number[][] = Array.from({ length: parallel.pipeline }, () => []);
    coordinates.forEach(({ pipeline }, rank) => stages[pipeline]!.push(rank));
    this.ranks = stages;
    this.lanes = ranks / parallel.pipeline;
    const lanes = stages[0]!.map((rank, lane) => ({ lane, ...coordinates[rank]! }));
    this.tensor = groups(lanes, ({ context, data }) => `${context} ${data}`);
    this.context = groups(lanes, ({ tensor, data }) => `${tensor} ${data}`);
    this.data = groups(lanes, ({ tensor }) => `${tensor}`);
    this.expert = groups(lanes, ({ lane }) => `${Math.floor(lane / parallel.expert)}`);
    this.expertData = groups(lanes, ({ lane }) => `${lane % parallel.expert}`);
  }

  /** Whether each of the groups lies within a server on every stage. */
  isWithinServers(lanes: readonly (readonly number[])[], ranksPerServer: number): boolean {
    const server = (rank: number): number => Math.floor(rank / ranksPerServer);
    return this.ranks.every((ranks) => lanes.every((group) => group.every((lane) => server(ranks[lane]!) === server(ranks[group[0]!]!))));
  }
}

type Coordinates = Record<ParallelDimension, number>;

function coordinatesOf(rank: number, order: readonly ParallelDimension[], degrees: Coordinates): Coordinates {
  const coordinates: Coordinates = { tensor: 0, context: 0, data: 0, pipeline: 0 };
  let rest = rank;
  for (const dimension of order) {
    coordinates[dimension] = rest % degrees[dimension];
    rest = Math.floor(rest / degrees[dimension]);
  }
  return coordinates;
}

type Lane = Coordinates & { readonly lane: number };

function groups(lanes: readonly Lane[], keyOf: (lane: Lane) => string): number[][] {
  const found = new Map<string, number[]>();
  for (const lane of lanes) {
    const key = keyOf(lane);
    const group = found.get(key);
    if (group === undefined) found.set(key, [lane.lane]);
    else group.push(lane.lane);
  }
  return [...found.values()];
}
