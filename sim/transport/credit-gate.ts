import { NOW } from '../engine/record.ts';
import { doubles } from '../engine/arena.ts';

/** Credit of RCCC and EQDS is granted in units of this many bytes. */
export const QUANTUM_BYTES = 256;

export interface CreditOptions {
  readonly flows: number;
  readonly clock: Float64Array;
  /** Wire bytes of a full packet. */
  readonly fullBytes: number;
  /** `ndp`: credit counts packets, a grant is one packet, nothing is asked for. Otherwise: bytes, and every packet carries a target. */
  readonly countsPackets: boolean;
  /** Credit at the start: bytes or packets. Without `countsPackets` also the most that a flow may have. */
  readonly initialCredit: number;
  /** Of the congestion control: no more than a packet beyond its window is asked for. Windows of flow f: at f * stride. */
  readonly windowAt: number;
  readonly windowStride: number;
  /** At most one RTS a flow in this time. */
  readonly rtsIntervalPs: number;
}

/**
 * What receivers have granted each flow to send (NDP, SIGCOMM'17; EQDS, NSDI'22; RCCC of UEC 1.0). State is by flow and belongs to its
 * source host.
 */
export class CreditGate {
  /** Pull target, in quanta, of the packet taken last, or of the RTS. */
  target = 0;
  /** Flows of the host that may send when one is chosen: they share what is asked for. Set by the NIC before it takes a packet. */
  eligibleFlows = 1;
  /** The timer just handled calls for an RTS for this packet, with this entropy and `target`; -1: it does not. */
  rtsSeq = -1;
  rtsEntropy = 0;
  readonly #clock: Float64Array;
  readonly #fullBytes: number;
  readonly #countsPackets: boolean;
  readonly #initialCredit: number;
  readonly #windowAt: number;
  readonly #windowStride: number;
  readonly #rtsIntervalPs: number;
  readonly #credit: Int32Array;
  /** Quanta granted so far, as the flow knows. */
  readonly #pulled: Int32Array;
  readonly #isSpeculating: Uint8Array;
  readonly #lastRtsPs: Float64Array;

  constructor(options: CreditOptions) {
    this.#clock = options.clock;
    this.#fullBytes = options.fullBytes;
    this.#countsPackets = options.countsPackets;
    this.#initialCredit = options.initialCredit;
    this.#windowAt = options.windowAt;
    this.#windowStride = options.windowStride;
    this.#rtsIntervalPs = options.rtsIntervalPs;
    this.#credit = new Int32Array(options.flows).fill(options.initialCredit);
    this.#pulled = new Int32Array(options.flows);
    this.#isSpeculating = new Uint8Array(options.flows).fill(options.countsPackets ? 0 : 1);
    this.#lastRtsPs = new Float64Array(options.flows).fill(-Infinity);
  }

  admits(flow: number): boolean {
    return this.#credit[flow]! > 0;
  }

  /** A packet of `bytes` is sent; the last one may overdraw. */
  spend(flow: number, bytes: number): void {
    this.#credit[flow]! -= this.#countsPackets ? 1 : bytes;
  }

  /** An ACK or NACK came, before anything is made of it: the first answer ends speculation. */
  onAnswer(flow: number): void {
    if (this.#isSpeculating[flow] === 0) return;
    this.#isSpeculating[flow] = 0;
    if (this.#credit[flow]! > 0) this.#credit[flow] = 0;
  }

  /** A PULL said that `granted` quanta have been granted in all. */
  onPull(flow: number, granted: number): void {
    this.onAnswer(flow);
    const quanta = granted - this.#pulled[flow]!;
    if (quanta <= 0) return;
    this.#pulled[flow] = granted;
    const credit = this.#credit[flow]!;
    this.#credit[flow] = this.#countsPackets ? credit + quanta : Math.min(credit + quanta * QUANTUM_BYTES, this.#initialCredit);
  }

  /**
   * A packet was timed out (`isTimeout`), or the timer has found nothing outstanding. Sets `rtsSeq` to `seq`, the packet that goes next, if
   * an RTS is due; `aim` was called before.
   */
  onTimer(flow: number, isTimeout: boolean, seq: number, entropy: number): void {
    if (this.#countsPackets) {
      // The pull that the packet would have caused was lost with it, or after it.
      if (isTimeout || this.#credit[flow]! <= 0) this.#credit[flow]!++;
      return;
    }
    const nowPs = this.#clock[NOW]!;
    if (this.#credit[flow]! > 0 || nowPs - this.#lastRtsPs[flow]! < this.#rtsIntervalPs) return;
    this.#lastRtsPs[flow] = nowPs;
    this.rtsSeq = seq;
    this.rtsEntropy = entropy;
  }

  /**
   * Sets `target`: what the flow asks its receiver for.
   * @param unsent packets never sent; @param lastBytes wire bytes of the last of them, 0 without; @param queuedBytes to be sent again
   */
  aim(flow: number, unsent: number, lastBytes: number, queuedBytes: number): void {
    if (this.#countsPackets) return;
    const backlog = queuedBytes + (unsent > 0 ? (unsent - 1) * this.#fullBytes + lastBytes : 0);
    const windowBytes = doubles[this.#windowAt + flow * this.#windowStride]!;
    let need = Math.min(backlog, this.#initialCredit, windowBytes + this.#fullBytes) - this.#credit[flow]!;
    if (unsent > 0 && this.#isSpeculating[flow] === 1) need = Math.max(need, this.#fullBytes);
    need = Math.trunc(need / this.eligibleFlows);
    this.target = this.#pulled[flow]! + Math.ceil(need / QUANTUM_BYTES);
  }
}
