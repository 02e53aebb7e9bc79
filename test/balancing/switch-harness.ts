import { DROPTAIL } from '../../sim/base/device-spec.ts';
import type { BalancerSpec } from '../../sim/base/balancer-spec.ts';
import type { HashName } from '../../sim/base/device-spec.ts';
import type { Topology } from '../../sim/base/topology.ts';
import type { HashedFlows } from '../../sim/balancing/hash.ts';
import type { PortView, Router } from '../../sim/balancing/router.ts';
import { type MixedRouterInput, type RouterInput, routers, routersOfJobs } from '../../sim/balancing/routers.ts';
import { arena, Region } from '../../sim/engine/arena.ts';
import { Batch } from '../../sim/engine/batch.ts';
import { CLOCK_PLACES, NOW, PORT_BITS, QUEUE_BYTES, WINDOW_START } from '../../sim/engine/record.ts';

/** A packet that arrives at a switch; by default a full data packet of flow 0 at time 0. */
export interface Arrival {
  readonly flow?: number;
  readonly dst: number;
  readonly atPs?: number;
  readonly bytes?: number;
  readonly type?: number;
  readonly entropy?: number;
}

export const FULL_BYTES = 4160;
const RECORD_WORDS = 14;
const TAG_WORD = 6;
export const ORDER_WORD = 8;

/** Routers of one fabric without engine or ports: tests set the queues, and hand over packets. */
export class SwitchHarness {
  readonly clock = new Float64Array(CLOCK_PLACES);
  /** By link. */
  readonly queueBytes: Float64Array;
  readonly paused = new Set<number>();
  readonly looks: number[] = [];
  readonly routers: readonly Router[];
  readonly topology: Topology;
  readonly #region = new Region();
  readonly #batch = new Batch(this.#region);
  /** Where the one record stands. */
  readonly address = this.#region.words(RECORD_WORDS);

  constructor(
    topology: Topology,
    balancer: BalancerSpec | Pick<MixedRouterInput, 'balancers' | 'jobOfFlow'>,
    changes: Partial<RouterInput> & { readonly hash?: HashName } = {},
  ) {
    this.topology = topology;
    this.queueBytes = new Float64Array(topology.links);
    const ports: PortView = {
      look: (link) => {
        this.looks.push(link);
        this.clock[QUEUE_BYTES] = this.queueBytes[link]!;
      },
      isPaused: (link) => this.paused.has(link),
    };
    const input = {
      topology,
      flows: noFlows,
      switch: { ...DROPTAIL, hash: changes.hash ?? ('ideal' as const) },
      seed: 1,
      limits: { queueBytes: 100_000, bdpBytes: 20_000 },
      fullBytes: FULL_BYTES,
      region: this.#region,
      clock: this.clock,
      ports,
      tagWord: TAG_WORD,
      orderWord: ORDER_WORD,
      ackBytes: 64,
      ...changes,
    };
    const device = { ...DROPTAIL, ...input.switch };
    this.routers =
      'balancers' in balancer
        ? routersOfJobs({ ...input, ...balancer, switch: device, routes: null }).routers
        : routers({ ...input, balancer });
  }

  /** Output link of one packet at one switch; the record stays in the arena. */
  route(switchIndex: number, arrival: Arrival): number {
    const { flow = 0, dst, atPs = 0, bytes = FULL_BYTES, type = 0, entropy = 0 } = arrival;
    const offset = atPs % 1_000_000;
    this.clock[WINDOW_START] = atPs - offset;
    this.clock[NOW] = atPs;
    arena[this.address] = offset << PORT_BITS;
    arena[this.address + 1] = flow;
    arena[this.address + 3] = (dst << 8) | type;
    arena[this.address + 4] = (bytes << 16) | entropy;
    this.#batch.addresses[0] = this.address;
    this.routers[switchIndex]!.route(this.#batch, 0, 1);
    return this.#batch.outputs[0]!;
  }

  routeAll(switchIndex: number, arrivals: readonly Arrival[]): number[] {
    return arrivals.map((arrival) => this.route(switchIndex, arrival));
  }

  get tags(): [number, number] {
    return [arena[this.address + TAG_WORD]!, arena[this.address + TAG_WORD + 1]!];
  }

  setTags(path: number, ce: number, feedbackPath: number, feedbackCe: number): void {
    arena[this.address + TAG_WORD] = ((path + 1) << 8) | ce;
    arena[this.address + TAG_WORD + 1] = feedbackPath < 0 ? 0 : ((feedbackPath + 1) << 8) | feedbackCe;
  }
}

export const noFlows: HashedFlows = { srcHost: new Int32Array(0), dstHost: new Int32Array(0), hashFlow: null };

/** Links of a switch towards a ToR, ascending by port. */
export function hopLinks(topology: Topology, switchIndex: number, tor: number): number[] {
  const set = topology.nextHopSet[switchIndex * topology.tors + tor]!;
  const ports = topology.setPort.slice(topology.setOffset[set]!, topology.setOffset[set + 1]!);
  return Array.from(ports, (port) => topology.portLink[topology.portOffset[topology.hosts + switchIndex]! + port]!);
}
