import { DUE, NOW } from '../engine/record.ts';
import { QUANTUM_BYTES } from './credit-gate.ts';
import { PullScale, type PullScaling } from './pull-scale.ts';

/** What the pull queues of a run share. */
export interface PullOptions {
  readonly kind: 'rccc' | 'rccc-os' | 'eqds' | 'ndp';
  readonly flows: number;
  readonly clock: Float64Array;
  /** Wire bytes of a full packet. */
  readonly fullBytes: number;
  /** Most that one PULL grants; not with `ndp`. */
  readonly creditPerPullBytes: number;
  /** Most that an idle flow is granted beyond what it asked for. */
  readonly maxCreditBytes: number;
  /** Part of the link rate that is granted. */
  readonly pullRate: number;
  /** null: always that part. */
  readonly scaling: PullScaling | null;
}

// Where a flow stands.
const NOWHERE = 0;
const ACTIVE = 1;
const IDLE = 2;
/** Everything has arrived: it gets no more. */
const DONE = 3;

/** What has come. */
export const CAME_WHOLE = 0;
/** A header that was answered with a NACK. */
export const CAME_AS_HEADER = 1;
export const CAME_AS_RTS = 2;

const NONE = -1;
/** After a PULL that grants nothing the pacer waits as if it had granted so many quanta. */
const EMPTY_PULL_QUANTA = 4;

/** State of the flows at their receivers: each is touched by its destination host only. */
export class PullState {
  readonly options: PullOptions;
  /** Quanta asked for, and granted, in all. */
  readonly target: Int32Array;
  readonly granted: Int32Array;
  /** Entropy or path of the latest packet that came. */
  readonly path: Uint16Array;
  readonly place: Uint8Array;
  /** The flow's neighbours in its list. */
  readonly after: Int32Array;
  readonly before: Int32Array;

  constructor(options: PullOptions) {
    this.options = options;
    this.target = new Int32Array(options.flows);
    this.granted = new Int32Array(options.flows);
    this.path = new Uint16Array(options.flows);
    this.place = new Uint8Array(options.flows);
    this.after = new Int32Array(options.flows).fill(NONE);
    this.before = new Int32Array(options.flows).fill(NONE);
  }
}

/**
 * The pull queue of one host: which of the flows that it receives gets the next credit, and when. Flows that ask for more are served in turn,
 * just below the rate of the host's link, so that the queue in front of it stays short (NDP, SIGCOMM'17; EQDS, NSDI'22). With RCCC of
 * UEC 1.0 flows that have got what they asked for are granted some more while nobody asks, so that they need not ask first.
 */
export class PullQueue {
  readonly #state: PullState;
  readonly #clock: Float64Array;
  readonly #hasIdle: boolean;
  readonly #countsPackets: boolean;
  /** What a header adds to what its flow asks for. */
  readonly #headerQuanta: number;
  readonly #pullQuanta: number;
  readonly #maxQuanta: number;
  readonly #quantumBytes: number;
  readonly #grantBps: number;
  readonly #scale: PullScale | null;
  /** First and last flow of each list, by place. */
  readonly #first = Int32Array.of(NONE, NONE, NONE);
  readonly #last = Int32Array.of(NONE, NONE, NONE);
  #isRunning = false;

  /** @param rateBps of the host's link */
  constructor(state: PullState, rateBps: number) {
    const { kind, clock, fullBytes, creditPerPullBytes, maxCreditBytes, pullRate, scaling } = state.options;
    this.#state = state;
    this.#clock = clock;
    this.#hasIdle = kind === 'rccc' || kind === 'rccc-os';
    this.#countsPackets = kind === 'ndp';
    this.#headerQuanta = kind === 'eqds' ? Math.ceil(fullBytes / QUANTUM_BYTES) : 0;
    this.#pullQuanta = this.#countsPackets ? 1 : creditPerPullBytes / QUANTUM_BYTES;
    this.#maxQuanta = Math.floor(maxCreditBytes / QUANTUM_BYTES);
    this.#quantumBytes = this.#countsPackets ? fullBytes : QUANTUM_BYTES;
    this.#grantBps = pullRate * rateBps;
    this.#scale = scaling === null ? null : new PullScale(scaling, clock);
  }

  /** A data packet or a header of this flow, of `meta` (sim/base/packet.ts), has come; before `onArrival`. */
  count(flow: number, meta: number): void {
    if (this.#scale !== null && this.#state.place[flow] !== DONE) this.#scale.count(meta);
  }

  /**
   * A data packet, a header or an RTS has come, and was answered.
   *
   * @param target what it asks for, quanta; nothing with `ndp`
   * @param came one of the `CAME_...`
   * @param path entropy or path of an answer to it
   * @returns whether the pacer must be started: `tick` at clock[NOW]
   */
  onArrival(flow: number, target: number, came: number, path: number): boolean {
    const state = this.#state;
    state.path[flow] = path;
    if (state.place[flow] === DONE) return false;
    const isMore = this.#countsPackets || target > state.target[flow]!;
    if (this.#countsPackets) state.target[flow]!++;
    else if (isMore) state.target[flow] = target;
    if (came === CAME_AS_HEADER) state.target[flow]! += this.#headerQuanta;
    if (state.place[flow] === ACTIVE || !(isMore || came !== CAME_WHOLE)) return false;
    this.#leave(flow);
    this.#join(flow, ACTIVE);
    if (this.#isRunning) return false;
    this.#isRunning = true;
    return true;
  }

  /** Everything of this flow has arrived. */
  onComplete(flow: number): void {
    this.#leave(flow);
    this.#state.place[flow] = DONE;
  }

  /**
   * The pacer ticks at clock[NOW].
   *
   * @returns the flow that gets a PULL, whose `granted` has grown; clock[DUE] is the next tick. -1: the pacer stops
   */
  tick(): number {
    const isActive = this.#first[ACTIVE] !== NONE;
    const flow = this.#first[isActive ? ACTIVE : IDLE]!;
    if (flow === NONE) {
      this.#isRunning = false;
      return NONE;
    }
    const { target, granted } = this.#state;
    this.#leave(flow);
    const quanta = isActive ? Math.min(this.#pullQuanta, Math.max(0, target[flow]! - granted[flow]!)) : this.#pullQuanta;
    granted[flow]! += quanta;
    if (target[flow]! > granted[flow]!) this.#join(flow, ACTIVE);
    else if (this.#hasIdle && (isActive || granted[flow]! - target[flow]! < this.#maxQuanta)) this.#join(flow, IDLE);
    const paidBytes = (quanta > 0 ? quanta : EMPTY_PULL_QUANTA) * this.#quantumBytes;
    const grantBps = this.#scale === null ? this.#grantBps : this.#grantBps * this.#scale.scale;
    this.#clock[DUE] = this.#clock[NOW]! + Math.max(1, Math.round((paidBytes * 8e12) / grantBps));
    return flow;
  }

  #join(flow: number, place: number): void {
    const { after, before } = this.#state;
    const last = this.#last[place]!;
    this.#state.place[flow] = place;
    before[flow] = last;
    after[flow] = NONE;
    if (last === NONE) this.#first[place] = flow;
    else after[last] = flow;
    this.#last[place] = flow;
  }

  #leave(flow: number): void {
    const { after, before } = this.#state;
    const place = this.#state.place[flow]!;
    if (place === NOWHERE) return;
    const next = after[flow]!;
    const previous = before[flow]!;
    if (previous === NONE) this.#first[place] = next;
    else after[previous] = next;
    if (next === NONE) this.#last[place] = previous;
    else before[next] = previous;
    this.#state.place[flow] = NOWHERE;
  }
}
