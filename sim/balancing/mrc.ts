import type { MrcSpec } from '../base/balancer-spec.ts';
import { ConfigError } from '../base/errors.ts';
import { PacketStreams } from '../base/random.ts';
import type { Topology } from '../base/topology.ts';
import { NOW, START } from '../engine/record.ts';
import type { FlowPlan } from './flow-plan.ts';
import { DeafBalancer, type Prober } from './packet-balancer.ts';

const GOOD = 0;

/**
 * `mrc` (Multipath Reliable Connection, OCP specification 1.0): a flow walks over explicit paths. A marked one (SKIP) is passed over once or for
 * a time; one that lost a packet (ASSUMED_BAD) is out, replaced from a reserve, until a probe of it is answered; DENIED ones are no candidates.
 */
export class Mrc extends DeafBalancer implements Prober {
  override readonly hearsFeedback = true;
  override readonly hearsLosses = true;
  override readonly prober = this;
  wanted = 0;
  readonly numbers: Int32Array;
  readonly entropies: Uint16Array;
  readonly #clock: Float64Array;
  readonly #draws: PacketStreams;
  readonly #skipPs: number;
  readonly #probeIntervalPs: number;
  /** Allowed paths of a pair of ToRs, and the pair of each flow; -1 inside a rack. */
  readonly #paths: Int32Array[] = [];
  readonly #pairOfFlow: Int32Array;
  /** Of flow f: slots from first[f] on, then its reserve; slots[f] and first[f + 1] - first[f] - slots[f] in number. */
  readonly #first: Int32Array;
  readonly #slots: Int32Array;
  readonly #path: Uint16Array;
  /** 0: GOOD; positive: SKIP until then; negative: ASSUMED_BAD, its probe due at minus it. */
  readonly #untilPs: Float64Array;
  /** The slot whose turn it is; -1: the flow has sent nothing. */
  readonly #turn: Int32Array;
  readonly #reserve: Int32Array;
  /** By flow: no probe is due before; Infinity: no path is ASSUMED_BAD. */
  readonly #probePs: Float64Array;

  /** Precondition: `checkDenied`. */
  constructor(topology: Topology, plan: FlowPlan, seed: number, clock: Float64Array, spec: MrcSpec, baseRttPs: number) {
    super();
    this.#clock = clock;
    this.#draws = new PacketStreams(seed, 'mrc', topology.hosts);
    this.#skipPs = spec.skipPs ?? 4 * baseRttPs;
    this.#probeIntervalPs = spec.probeIntervalPs;
    this.#pairOfFlow = new Int32Array(plan.flows).fill(-1);
    this.#first = new Int32Array(plan.flows + 1);
    this.#slots = new Int32Array(plan.flows);
    const { torOfHost, tors } = topology;
    const denied = new Set(spec.deny);
    const pairs = new Map<number, number>();
    for (let flow = 0; flow < plan.flows; flow++) {
      this.#first[flow + 1] = this.#first[flow]!;
      const from = torOfHost[plan.srcHost[flow]!]!;
      const to = torOfHost[plan.dstHost[flow]!]!;
      if (from === to) continue;
      let pair = pairs.get(from * tors + to);
      if (pair === undefined) {
        pair = this.#paths.length;
        pairs.set(from * tors + to, pair);
        this.#paths.push(allowedPaths(topology, from, to, denied));
      }
      const allowed = this.#paths[pair]!.length;
      this.#pairOfFlow[flow] = pair;
      this.#slots[flow] = Math.min(spec.entropies, allowed);
      this.#first[flow + 1]! += Math.min(spec.entropies + spec.backup, allowed);
    }
    const places = this.#first[plan.flows]!;
    this.#path = new Uint16Array(places);
    this.#untilPs = new Float64Array(places);
    this.#turn = new Int32Array(plan.flows).fill(-1);
    this.#reserve = new Int32Array(plan.flows);
    this.#probePs = new Float64Array(plan.flows).fill(Infinity);
    let mostPlaces = 0;
    for (let flow = 0; flow < plan.flows; flow++) mostPlaces = Math.max(mostPlaces, this.#first[flow + 1]! - this.#first[flow]!);
    this.numbers = new Int32Array(mostPlaces);
    this.entropies = new Uint16Array(mostPlaces);
  }

  next(flow: number, host: number): number {
    if (this.#pairOfFlow[flow]! < 0) return 0;
    if (this.#turn[flow]! < 0) this.#begin(flow, host);
    const untilPs = this.#untilPs;
    const startPs = this.#clock[START]!;
    const first = this.#first[flow]!;
    const slots = this.#slots[flow]!;
    let turn = this.#turn[flow]!;
    let chosen = -1;
    let skipped = -1;
    for (let i = 0; i < slots && chosen < 0; i++) {
      const slot = turn;
      turn = turn + 1 < slots ? turn + 1 : 0;
      const until = untilPs[first + slot]!;
      if (until >= 0 && until <= startPs) {
        untilPs[first + slot] = GOOD;
        chosen = slot;
      } else if (until > 0 && skipped < 0) {
        untilPs[first + slot] = GOOD;
        skipped = slot;
      }
    }
    if (chosen < 0) {
      chosen = skipped >= 0 ? skipped : turn;
      turn = chosen + 1 < slots ? chosen + 1 : 0;
    }
    this.#turn[flow] = turn;
    return this.#path[first + chosen]!;
  }

  override onAck(flow: number, path: number, isMarked: boolean): void {
    if (isMarked) this.#skip(flow, path);
    this.wanted = 0;
    if (this.#probePs[flow]! <= this.#clock[NOW]!) this.#probe(flow);
  }

  onProbeAnswer(flow: number, path: number): void {
    const untilPs = this.#untilPs;
    for (let place = this.#first[flow]!; place < this.#first[flow + 1]!; place++) {
      if (this.#path[place] === path && untilPs[place]! < 0) untilPs[place] = GOOD;
    }
  }

  override onNack(flow: number, path: number, isLastHop: boolean): void {
    if (!isLastHop) this.#skip(flow, path);
  }

  override onLoss(flow: number, path: number): void {
    this.#assumeBad(flow, path);
  }

  override onTimeout(flow: number, path: number): void {
    this.#assumeBad(flow, path);
  }

  #begin(flow: number, host: number): void {
    const paths = this.#paths[this.#pairOfFlow[flow]!]!;
    const first = this.#first[flow]!;
    const places = this.#first[flow + 1]! - first;
    const offset = this.#draws.below(host, paths.length);
    for (let i = 0; i < places; i++) this.#path[first + i] = paths[(offset + i) % paths.length]!;
    this.#turn[flow] = 0;
  }

  #skip(flow: number, path: number): void {
    const place = this.#placeOf(flow, path);
    if (place >= 0 && this.#untilPs[place] === GOOD) this.#untilPs[place] = this.#clock[NOW]! + this.#skipPs;
  }

  #assumeBad(flow: number, path: number): void {
    const place = this.#placeOf(flow, path);
    if (place < 0) return;
    const nowPs = this.#clock[NOW]!;
    this.#untilPs[place] = -(nowPs + this.#probeIntervalPs);
    this.#probePs[flow] = Math.min(this.#probePs[flow]!, nowPs + this.#probeIntervalPs);
    const firstReserve = this.#first[flow]! + this.#slots[flow]!;
    const reserves = this.#first[flow + 1]! - firstReserve;
    if (reserves === 0) return;
    const spare = firstReserve + this.#reserve[flow]!;
    if (this.#untilPs[spare]! < 0) return;
    this.#untilPs[spare] = this.#untilPs[place]!;
    this.#untilPs[place] = GOOD;
    this.#path[place] = this.#path[spare]!;
    this.#path[spare] = path;
    this.#reserve[flow] = (this.#reserve[flow]! + 1) % reserves;
  }

  /** Of every failed path whose probe is due. */
  #probe(flow: number): void {
    const untilPs = this.#untilPs;
    const nowPs = this.#clock[NOW]!;
    this.#probePs[flow] = Infinity;
    for (let place = this.#first[flow]!; place < this.#first[flow + 1]!; place++) {
      if (untilPs[place]! >= 0) continue;
      if (-untilPs[place]! <= nowPs) {
        untilPs[place] = -(nowPs + this.#probeIntervalPs);
        this.numbers[this.wanted] = this.#path[place]!;
        this.entropies[this.wanted] = this.#path[place]!;
        this.wanted++;
      }
      this.#probePs[flow] = Math.min(this.#probePs[flow]!, -untilPs[place]!);
    }
  }

  /** Place of the slot that has this path; -1: none. */
  #placeOf(flow: number, path: number): number {
    const first = this.#first[flow]!;
    const end = first + this.#slots[flow]!;
    for (let place = first; place < end; place++) if (this.#path[place] === path) return place;
    return -1;
  }
}

const allowedPaths = (topology: Topology, from: number, to: number, denied: ReadonlySet<number>): Int32Array =>
  topology.pathsBetween(from, to).ids.filter((path) => !denied.has(path));

/**
 * @param keyPrefix of the job's keys
 * @throws ConfigError when a denied path does not exist, or a pair of ToRs of the plan has no other
 */
export function checkDenied(topology: Topology, plan: FlowPlan, { deny }: MrcSpec, keyPrefix: string): void {
  const { torOfHost, tors, hosts, nodeNames, pathIds } = topology;
  const where = { path: `${keyPrefix}balancer.deny` };
  const unknown = deny.find((path) => path >= pathIds);
  if (unknown !== undefined) throw new ConfigError('E139', `there is no path ${unknown}`, { where, hint: `paths are 0 to ${pathIds - 1}` });
  if (deny.length === 0) return;
  const denied = new Set(deny);
  const pairs = new Set<number>();
  for (let flow = 0; flow < plan.flows; flow++) pairs.add(torOfHost[plan.srcHost[flow]!]! * tors + torOfHost[plan.dstHost[flow]!]!);
  for (const pair of pairs) {
    const [from, to] = [Math.floor(pair / tors), pair % tors];
    if (from === to || allowedPaths(topology, from, to, denied).length > 0) continue;
    const what = `every path from ${nodeNames[hosts + from]!} to ${nodeNames[hosts + to]!} is denied`;
    throw new ConfigError('E139', what, { where, hint: 'deny fewer paths' });
  }
}
