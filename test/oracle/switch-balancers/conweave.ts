import type { ConWeaveSpec } from '../../../sim/base/balancer-spec.ts';
import { serialisationPs } from '../../../sim/derive.ts';
import type { Held } from '../class-queues.ts';
import { DATA, NACK } from '../event-log.ts';
import { BARE_PACKET, type Packet } from '../packet.ts';
import type { Simulation } from '../simulation.ts';

const FLUSH = 2041;

/** What the source ToR writes on a packet. */
export interface OrderWords {
  readonly path: number;
  readonly epoch: number;
  readonly phase: 0 | 1;
  readonly kind: 'data' | 'init' | 'tail';
  readonly txPs: number;
  readonly tailPs: number;
}

export type Notice = { readonly kind: 'init' | 'tail'; readonly epoch: number } | { readonly kind: 'notify'; readonly path: number };

interface Departing {
  path: number | null;
  lastPs: number;
  epoch: number;
  phase: 0 | 1;
  /** null: never. */
  deadlinePs: number | null;
  tailPs: number;
  stable: boolean;
}

interface Arriving {
  epoch: number;
  phase: 0 | 1;
  /** Of the latest packet of phase 0. */
  seen: { readonly txPs: number; readonly rxPs: number } | null;
  tailPs: number;
  /** null: nothing is held. */
  held: { readonly packets: Held[]; flushPs: number } | null;
}

export interface TorContext {
  readonly simulation: Simulation;
  readonly index: number;
  /** Deals with a packet as any switch does: on its way from here. */
  readonly pass: (held: Held) => void;
}

/** docs/model-balancers-switch.md, section 8: one ToR, for the flows of one balancer. */
export class ConWeaveTor {
  readonly #context: TorContext;
  readonly #spec: ConWeaveSpec;
  readonly #departing = new Map<number, Departing>();
  readonly #arriving = new Map<number, Arriving>();
  /** By destination ToR and path. */
  readonly #pausedUntilPs = new Map<string, number>();

  /** Flow and instant of each event that was armed. */
  readonly #armed = new Set<string>();

  constructor(context: TorContext, spec: ConWeaveSpec) {
    this.#context = context;
    this.#spec = spec;
  }

  isSourceOf(packet: Packet): boolean {
    return this.#crosses(packet) && this.#torOf(this.#plan.srcHost[packet.flow]!) === this.#context.index;
  }

  isDestinationOf(packet: Packet): boolean {
    return this.#crosses(packet) && this.#torOf(packet.dstHost) === this.#context.index;
  }

  /** The port of a packet, of those that lead on. */
  depart(packet: Packet, ports: readonly number[]): number {
    const { flow } = packet;
    const flowState: Departing = this.#departing.get(flow) ?? {
      ...{ path: null, lastPs: 0, epoch: 0, phase: 0, deadlinePs: null, tailPs: 0, stable: false },
    };
    this.#departing.set(flow, flowState);
    const tor = this.#torOf(packet.dstHost);
    const now = this.#now;
    const usable = flowState.path !== null && ports.includes(flowState.path) ? flowState.path : null;
    const expired = usable === null || now > flowState.lastPs + this.#spec.expiryPs;
    const settled = flowState.stable && !expired;
    flowState.lastPs = now;
    let kind: OrderWords['kind'] = 'data';
    let path = flowState.path!;
    let { phase } = flowState;
    if (expired || settled) {
      kind = 'init';
      phase = 0;
      const deadlinePs = now + this.#baseRttPs(tor) + this.#spec.replySlackPs;
      Object.assign(flowState, { stable: false, deadlinePs, epoch: flowState.epoch + 1, phase: 0, tailPs: 0 });
      if (expired) {
        const { good, first } = this.#sample(tor, ports);
        path = good ?? usable ?? first;
        flowState.path = path;
      }
    } else if (flowState.deadlinePs !== null && now > flowState.deadlinePs) {
      kind = 'tail';
      phase = 0;
      Object.assign(flowState, { deadlinePs: null, tailPs: now, phase: 1 });
      flowState.path = this.#sample(tor, ports).good ?? path;
    }
    packet.order = { path, epoch: flowState.epoch, phase, kind, txPs: now, tailPs: flowState.tailPs };
    return path;
  }

  hear(flow: number, notice: Notice): void {
    if (notice.kind === 'notify') {
      const key = `${this.#torOf(this.#plan.dstHost[flow]!)} ${notice.path}`;
      this.#pausedUntilPs.set(key, this.#now + this.#spec.pathPausePs);
      return;
    }
    const state = this.#departing.get(flow)!;
    const isOfNow = notice.epoch === state.epoch && state.phase === (notice.kind === 'init' ? 0 : 1);
    const isLate = notice.kind === 'init' && (state.deadlinePs === null || this.#now >= state.deadlinePs);
    if (!isOfNow || isLate) return;
    state.stable = true;
    state.deadlinePs = null;
  }

  arrive(held: Held): void {
    const { packet } = held;
    // Before its own port may mark or cut it.
    const { marked: cameMarked, trafficClass } = packet;
    const { epoch, phase, kind, txPs, tailPs, path } = packet.order!;
    const state: Arriving = this.#arriving.get(packet.flow) ?? { epoch: 0, phase: 0, seen: null, tailPs: 0, held: null };
    this.#arriving.set(packet.flow, state);
    if (epoch < state.epoch) {
      this.#context.pass(held);
      return;
    }
    if (epoch > state.epoch) {
      this.#release(state);
      Object.assign(state, { epoch, phase: 0, seen: null });
    }
    if (phase === 0) state.seen = { txPs, rxPs: this.#now };
    if (phase === 1 || kind === 'tail') state.tailPs = tailPs;
    if (phase === 1 && state.phase === 0 && !this.#context.simulation.bugs.has('overtakers-go-on')) this.#hold(state, held);
    else this.#goOn(state, held);
    if (cameMarked && !this.#context.simulation.bugs.has('marks-unnoticed')) this.#send(held, trafficClass, { kind: 'notify', path });
    if (kind !== 'data') this.#send(held, trafficClass, { kind, epoch });
  }

  #hold(state: Arriving, held: Held): void {
    const { flushSlackPs, flushDefaultPs } = this.#spec;
    if (state.held === null) {
      const { seen, tailPs } = state;
      const expectedPs = seen === null ? this.#now + flushDefaultPs : seen.rxPs + tailPs - seen.txPs;
      state.held = { packets: [], flushPs: 0 };
      this.#arm(held.packet.flow, state, Math.max(this.#now, expectedPs + flushSlackPs));
    }
    state.held.packets.push(held);
    this.#context.simulation.heldPackets++;
  }

  #goOn(state: Arriving, held: Held): void {
    const { kind, phase, txPs } = held.packet.order!;
    this.#context.pass(held);
    if (kind === 'tail') {
      state.phase = 1;
      this.#release(state);
    } else if (phase === 0 && state.held !== null) {
      this.#arm(held.packet.flow, state, this.#now + Math.max(0, state.tailPs - txPs) + this.#spec.flushSlackPs);
    }
  }

  #arm(flow: number, state: Arriving, flushPs: number): void {
    const { simulation, index } = this.#context;
    state.held!.flushPs = flushPs;
    if (this.#armed.has(`${flow} ${flushPs}`)) return;
    this.#armed.add(`${flow} ${flushPs}`);
    simulation.scheduleLocal(flushPs, simulation.input.topology.hosts + index, FLUSH, flow, () => {
      if (state.held === null || state.held.flushPs !== this.#now) return;
      state.phase = 1;
      this.#release(state);
    });
  }

  #release(state: Arriving): void {
    const packets = state.held?.packets ?? [];
    state.held = null;
    this.#context.simulation.heldPackets -= packets.length;
    for (const held of packets) this.#context.pass(held);
  }

  #send({ packet, inPort }: Held, classOfFlow: number, notice: Notice): void {
    const { simulation } = this.#context;
    const { ackBytes, ackPriority } = simulation.input.scenario.nic;
    const seq = notice.kind === 'notify' ? 4 * notice.path + 2 : 4 * notice.epoch + (notice.kind === 'tail' ? 1 : 0);
    const trafficClass = ackPriority === 'high' ? 0 : classOfFlow;
    const dstHost = this.#plan.srcHost[packet.flow]!;
    const made: Packet = { ...BARE_PACKET, type: NACK, flow: packet.flow, seq, dstHost, wireBytes: ackBytes, trafficClass, notice };
    simulation.noteSent(made);
    this.#context.pass({ packet: made, inPort });
  }

  #sample(tor: number, ports: readonly number[]): { readonly good: number | null; readonly first: number } {
    const { simulation, index } = this.#context;
    const draw = (): number => (ports.length === 1 ? ports[0]! : ports[simulation.switchStreams('conweave').below(index, ports.length)]!);
    const sampled = [draw(), draw()];
    const good = sampled.find((port) => (this.#pausedUntilPs.get(`${tor} ${port}`) ?? 0) <= this.#now) ?? null;
    return { good, first: sampled[0]! };
  }

  /** T: of a full packet and of its reply. */
  #baseRttPs(tor: number): number {
    const { topology, scenario } = this.#context.simulation.input;
    const { mtuBytes, headerBytes, ackBytes } = scenario.nic;
    const { ids, links, linkOffset } = topology.pathsBetween(this.#context.index, tor);
    const wayPs = (link: number, bytes: number): number =>
      serialisationPs(bytes, topology.linkRateBps[link]!) + topology.linkDelayPs[link]!;
    const ofPath = (_: number, i: number): number =>
      [...links.slice(linkOffset[i], linkOffset[i + 1])].reduce(
        (sum, link) => sum + wayPs(link, mtuBytes + headerBytes) + wayPs(topology.linkReverse[link]!, ackBytes),
        0,
      );
    return Math.max(...Array.from(ids, ofPath));
  }

  #crosses({ type, isProbe, flow, dstHost }: Packet): boolean {
    return type === DATA && !isProbe && this.#torOf(this.#plan.srcHost[flow]!) !== this.#torOf(dstHost);
  }

  #torOf(host: number): number {
    return this.#context.simulation.input.topology.torOfHost[host]!;
  }

  get #plan() {
    return this.#context.simulation.input.plan;
  }

  get #now(): number {
    return this.#context.simulation.now;
  }
}
