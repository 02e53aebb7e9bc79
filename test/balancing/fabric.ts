import type { BalancerSpec, EtherealSpec } from '../../sim/base/balancer-spec.ts';
import type { FailureSpec } from '../../sim/base/failure-spec.ts';
import type { LeafSpineSpec } from '../../sim/base/topology-spec.ts';
import { type Schedule, ScheduleBuilder } from '../../sim/base/schedule.ts';
import type { Topology } from '../../sim/base/topology.ts';
import type { FlowPlan } from '../../sim/balancing/flow-plan.ts';
import { planFlows, type PlanFacts } from '../../sim/balancing/plan.ts';
import { leafSpine } from '../../topologies/leaf-spine.ts';

/** Small fabrics and Schedules for the tests of plans, bounds and topologies. */

export interface FabricOptions {
  readonly leaves: number;
  readonly spines: number;
  readonly hostsPerLeaf: number;
  readonly linksPerPair?: number;
  readonly perSpineRateBps?: readonly number[];
  readonly dead?: readonly string[];
  readonly placement?: LeafSpineSpec['placement'];
  readonly seed?: number;
  readonly hostRateBps?: number;
  readonly fabricRateBps?: number;
}

/** 400 Gb/s and 500 ns everywhere unless said. */
export function fabric(options: FabricOptions): Topology {
  const { leaves, spines, hostsPerLeaf } = options;
  const spec: LeafSpineSpec = {
    kind: 'leaf-spine',
    leaves,
    spines,
    hostsPerLeaf,
    hostLink: { rateBps: options.hostRateBps ?? 400e9, delayPs: 500_000 },
    fabricLink: {
      rateBps: options.fabricRateBps ?? 400e9,
      delayPs: 500_000,
      perSpineRateBps: options.perSpineRateBps ?? null,
      linksPerPair: options.linksPerPair ?? 1,
    },
    placement: options.placement ?? 'packed',
  };
  const failures: FailureSpec[] = (options.dead ?? []).map((link) => ({ link }));
  return leafSpine(spec, failures, leaves * hostsPerLeaf, options.seed ?? 1);
}

export interface Message {
  readonly src: number;
  readonly dst: number;
  readonly bytes: number;
  readonly phase?: number;
}

/** Independent messages; phases are numbered as given. */
export function messages(ranks: number, list: readonly Message[]): Schedule {
  const builder = new ScheduleBuilder(ranks);
  const phases = list.reduce((most, message) => Math.max(most, message.phase ?? 0), 0) + 1;
  for (let p = 0; p < phases; p++) builder.phase(`phase ${p}`);
  for (const { src, dst, bytes, phase } of list) builder.message(src, dst, bytes, phase ?? 0);
  return builder.build();
}

/** Ethereal without limits and without jitter unless said. */
export const ethereal = (options: Partial<EtherealSpec> = {}): EtherealSpec => ({
  kind: 'ethereal',
  split: 'equal',
  remainder: 'spread',
  minPieceBytes: 1,
  maxPieces: null,
  batchWindowPs: 100_000,
  startJitterPs: 0,
  shuffleDestinations: true,
  shuffleFlows: true,
  shufflePaths: true,
  weights: true,
  failedAfterPs: 1e9,
  failedPathTimeoutPs: 100e9,
  repath: 'good',
  ...options,
});

export const plan = (topology: Topology, schedule: Schedule, balancer: BalancerSpec, seed = 1): FlowPlan & PlanFacts =>
  planFlows(topology, schedule, balancer, { seed, mtuBytes: 4096 });

/** Number of the flows of each message, in the order of the sends. */
export function flowsOfMessages(schedule: Schedule, flowPlan: FlowPlan): number[][] {
  const bySend = new Map<number, number[]>();
  for (let op = 0; op < schedule.ops; op++) if (schedule.kind[op] === 0) bySend.set(op, []);
  for (let f = 0; f < flowPlan.flows; f++) bySend.get(flowPlan.message[f]!)!.push(f);
  return [...bySend.values()];
}

/** Bytes that the flows of a plan put on each pinned path, for the ids given. */
export function bytesByPath(flowPlan: FlowPlan, ids: Iterable<number>): number[] {
  const bytes = new Map<number, number>([...ids].map((id) => [id, 0]));
  for (let f = 0; f < flowPlan.flows; f++) bytes.set(flowPlan.path[f]!, bytes.get(flowPlan.path[f]!)! + flowPlan.bytes[f]!);
  return [...bytes.values()];
}

export const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
