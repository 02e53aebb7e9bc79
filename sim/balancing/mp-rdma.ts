import type { MpRdmaSpec } from '../base/balancer-spec.ts';
import { PacketStreams } from '../base/random.ts';
import { NOW } from '../engine/record.ts';
import { EntropyQueues } from './entropy-queues.ts';
import type { FlowPlan } from './flow-plan.ts';
import { DeafBalancer, type FlowView, type WindowOwner } from './packet-balancer.ts';

/** Of the paper's evaluation. */
const SMALLEST_BITMAP = 64;

/** Packets that a receiver notes from the next expected one on. `bdpPackets`: a bandwidth-delay product. */
export const bitmapPackets = ({ bitmap, delta }: MpRdmaSpec, bdpPackets: number): number =>
  bitmap ?? Math.max(SMALLEST_BITMAP, 2 * delta, Math.ceil(2 * bdpPackets));

/**
 * `mp-rdma` (NSDI 2018): ACKs clock packets onto the path that they came from, so paths get what they can take, without state for any. A
 * path whose packets come too late is left, so that the receiver's bitmap need not be large; now and then a packet tries a new one.
 */
export class MpRdma extends DeafBalancer {
  override readonly hearsFeedback = true;
  override readonly hearsTimeouts = true;
  readonly #clock: Float64Array;
  readonly #srcHost: Int32Array;
  readonly #draws: PacketStreams;
  readonly #delta: number;
  /** A draw below it probes. */
  readonly #probeBelow: number;
  readonly #fullBytes: number;
  readonly #queues: EntropyQueues;
  /** Of the latest ACK of a path that was kept; -1: none. */
  readonly #latest: Int32Array;
  /** Highest packet of which an ACK has spoken. */
  readonly #highest: Int32Array;
  readonly #timeoutPs: Float64Array;
  #view: FlowView | null = null;
  #window: WindowOwner | null = null;

  constructor({ flows, srcHost }: FlowPlan, hosts: number, seed: number, clock: Float64Array, spec: MpRdmaSpec, fullBytes: number) {
    super();
    this.#clock = clock;
    this.#srcHost = srcHost;
    this.#draws = new PacketStreams(seed, 'mp-rdma', hosts);
    this.#delta = spec.delta;
    this.#probeBelow = spec.probe * 2 ** 32;
    this.#fullBytes = fullBytes;
    this.#queues = new EntropyQueues(flows);
    this.#latest = new Int32Array(flows).fill(-1);
    this.#highest = new Int32Array(flows).fill(-1);
    this.#timeoutPs = new Float64Array(flows).fill(-1);
  }

  override attach(view: FlowView, window: WindowOwner): void {
    this.#view = view;
    this.#window = window;
  }

  next(flow: number): number {
    const host = this.#srcHost[flow]!;
    const draws = this.#draws;
    let entropy = this.#queues.shift(flow);
    if (entropy < 0) entropy = this.#latest[flow]!;
    const probes = entropy < 0 || (this.#probeBelow > 0 && draws.next(host) >>> 0 < this.#probeBelow);
    return probes ? draws.next(host) >>> 16 : entropy;
  }

  override onAck(flow: number, entropy: number, _isMarked: boolean, seq: number): void {
    const highest = Math.max(this.#highest[flow]!, seq);
    this.#highest[flow] = highest;
    if (seq < highest - this.#delta) {
      this.#window!.giveUpPacket?.(flow);
      return;
    }
    this.#latest[flow] = entropy;
    if (this.#queues.count(flow) < this.#room(flow)) this.#queues.push(flow, entropy);
  }

  override onTimeout(flow: number): void {
    const nowPs = this.#clock[NOW]!;
    if (this.#timeoutPs[flow] === nowPs) return;
    this.#timeoutPs[flow] = nowPs;
    this.#queues.clear(flow);
    this.#latest[flow] = -1;
  }

  /** Packets that the window admits now. */
  #room(flow: number): number {
    const view = this.#view!;
    const inFlightBytes = view.inFlightBytes(flow);
    const room = view.windowPackets(flow) - Math.ceil(inFlightBytes / this.#fullBytes);
    return inFlightBytes <= 0 ? Math.max(1, room) : room;
  }
}
