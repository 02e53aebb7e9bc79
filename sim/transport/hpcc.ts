import { InternalError } from '../base/errors.ts';
import type { HpccSpec } from '../base/transport-spec.ts';
import type { ControlContext, CongestionControl } from './congestion-control.ts';
import { STAMP_PLACES, STAMP_QUEUE_BYTES, STAMP_TIME_PS, STAMP_TX_BYTES, type Telemetry } from './telemetry.ts';
import { doubles } from '../engine/arena.ts';

// A flow's words in the state: one cache line a flow.
const WORDS = 8;
/** First, so that the window of flow f is at f * WORDS. */
const WINDOW = 0;
/** The window that a round starts from: every ACK within it computes anew from there. */
const REFERENCE = 1;
/** Moving average of the utilisation of the fullest hop. */
const UTILISATION = 2;
const STAGE = 3;
const LAST_UPDATE = 4;
/** Hops whose stamps are stored; 0: none. */
const HOPS = 5;
/** What the stamps of the ACK in hand were good for. */
const NEWS = 6;
/** Trimmed packets halve the window no more before this packet is acknowledged; 0: free to be halved. */
const CUT_END = 7;

const NOTHING = 0;
const STORED = 1;
const MEASURED = 2;

/** A stored stamp: the link, then time, bytes and queue as in telemetry.ts. */
const HOP_WORDS = 4;
const LINK = 3;

/**
 * HPCC (Li et al., SIGCOMM'19): switches stamp what they see on each packet, the ACK brings it back, and the window follows the utilisation of
 * the fullest hop. Stamps are exact values, not the fields of the ns-3 code.
 */
export class Hpcc implements CongestionControl {
  readonly rateBps: Float64Array;
  readonly windowAt: number;
  readonly windowStride = WORDS;
  readonly hearsTransmissions = false;
  readonly needsRtt = false;
  readonly needsTelemetry = true;
  readonly #eta: number;
  readonly #maxStage: number;
  readonly #increaseBytes: number;
  readonly #minBytes: number;
  readonly #maxBytes: number;
  readonly #rttPs: number;
  readonly #lineBps: number;
  readonly #linkRateBps: ArrayLike<number>;
  readonly #maxHops: number;
  readonly #state: Float64Array;
  readonly #stamps: Float64Array;
  /** A stamp of the ACK in hand. */
  readonly #stamp = new Float64Array(STAMP_PLACES);

  constructor(spec: HpccSpec, { region, flows, limits, fullBytes, lineRateBps, linkRateBps, maxHops }: ControlContext) {
    this.#eta = spec.eta;
    this.#maxStage = spec.maxStage;
    this.#rttPs = limits.baseRttPs;
    this.#increaseBytes = ((spec.additiveIncreaseBps ?? lineRateBps / 2500) * limits.baseRttPs) / 8e12;
    this.#minBytes = spec.minWindowBytes ?? fullBytes;
    this.#maxBytes = (limits.baseRttPs * lineRateBps) / 8e12;
    this.#lineBps = lineRateBps;
    this.#linkRateBps = linkRateBps;
    this.#maxHops = maxHops;
    this.rateBps = new Float64Array(flows).fill(lineRateBps);
    this.#stamps = new Float64Array(flows * maxHops * HOP_WORDS);
    this.windowAt = region.doubles(flows * WORDS);
    this.#state = doubles.subarray(this.windowAt, this.windowAt + flows * WORDS);
    for (let at = 0; at < this.#state.length; at += WORDS) {
      this.#state[at + WINDOW] = this.#maxBytes;
      this.#state[at + REFERENCE] = this.#maxBytes;
      this.#state[at + UTILISATION] = 1;
    }
  }

  onTelemetry(flow: number, telemetry: Telemetry, address: number): void {
    const hops = telemetry.hops(address);
    if (hops > this.#maxHops) throw new InternalError('E933', `flow ${flow} brings ${hops} stamps; no path has more than ${this.#maxHops}`);
    if (hops === 0) return;
    if (this.#isOtherPath(flow, telemetry, address)) {
      this.#state[flow * WORDS + HOPS] = hops;
      this.#store(flow, telemetry, address);
      this.#state[flow * WORDS + NEWS] = STORED;
    } else if (this.#isNewer(flow, telemetry, address)) {
      this.#measure(flow, telemetry, address);
      this.#store(flow, telemetry, address);
      this.#state[flow * WORDS + NEWS] = MEASURED;
    }
  }

  onAck(flow: number, _newlyBytes: number, _isMarked: boolean, una: number, next: number): void {
    const at = flow * WORDS;
    const news = this.#state[at + NEWS]!;
    this.#state[at + NEWS] = NOTHING;
    if (una >= this.#state[at + CUT_END]!) this.#state[at + CUT_END] = 0;
    if (news === STORED) this.#state[at + LAST_UPDATE] = next;
    else if (news === MEASURED) this.#update(flow, una, next);
  }

  /** Headers bring no stamps, so a flow that is trimmed entirely would never slow down: halved at most once a window of data. */
  onNack(flow: number, _bytes: number, _isLastHop: boolean, _inFlightBytes: number, next: number): void {
    const state = this.#state;
    const at = flow * WORDS;
    if (state[at + CUT_END]! > 0) return;
    state[at + WINDOW] = Math.max(this.#minBytes, state[at + WINDOW]! / 2);
    state[at + REFERENCE] = state[at + WINDOW]!;
    state[at + STAGE] = 0;
    state[at + CUT_END] = next;
    this.#pace(flow);
  }

  onLoss(): void {}

  onTimeout(): void {}

  onTransmit(): void {}

  #update(flow: number, una: number, next: number): void {
    const state = this.#state;
    const at = flow * WORDS;
    const reference = state[at + REFERENCE]!;
    let window = reference + this.#increaseBytes;
    let stage = state[at + STAGE]! + 1;
    if (state[at + UTILISATION]! >= this.#eta || state[at + STAGE]! >= this.#maxStage) {
      window = reference / (state[at + UTILISATION]! / this.#eta) + this.#increaseBytes;
      stage = 0;
    }
    window = Math.min(this.#maxBytes, Math.max(this.#minBytes, window));
    state[at + WINDOW] = window;
    this.#pace(flow);
    if (una <= state[at + LAST_UPDATE]!) return;
    state[at + REFERENCE] = window;
    state[at + STAGE] = stage;
    state[at + LAST_UPDATE] = next;
  }

  #pace(flow: number): void {
    this.rateBps[flow] = Math.min(this.#lineBps, (this.#state[flow * WORDS + WINDOW]! * 8e12) / this.#rttPs);
  }

  #isOtherPath(flow: number, telemetry: Telemetry, address: number): boolean {
    const hops = telemetry.hops(address);
    if (this.#state[flow * WORDS + HOPS] !== hops) return true;
    for (let hop = 0; hop < hops; hop++) {
      if (this.#stamps[this.#place(flow, hop) + LINK] !== telemetry.link(address, hop)) return true;
    }
    return false;
  }

  /** An ACK that was overtaken brings stamps older than those stored. */
  #isNewer(flow: number, telemetry: Telemetry, address: number): boolean {
    const hops = this.#state[flow * WORDS + HOPS]!;
    for (let hop = 0; hop < hops; hop++) {
      telemetry.read(address, hop, this.#stamp);
      if (this.#stamp[STAMP_TIME_PS]! <= this.#stamps[this.#place(flow, hop) + STAMP_TIME_PS]!) return false;
    }
    return true;
  }

  #measure(flow: number, telemetry: Telemetry, address: number): void {
    const state = this.#state;
    const at = flow * WORDS;
    const stamp = this.#stamp;
    const rttPs = this.#rttPs;
    let utilisation = -1;
    let tauPs = 0;
    for (let hop = 0; hop < state[at + HOPS]!; hop++) {
      const stored = this.#place(flow, hop);
      telemetry.read(address, hop, stamp);
      const lineBps = this.#linkRateBps[telemetry.link(address, hop)]!;
      const elapsedPs = stamp[STAMP_TIME_PS]! - this.#stamps[stored + STAMP_TIME_PS]!;
      const sentBps = (8e12 * (stamp[STAMP_TX_BYTES]! - this.#stamps[stored + STAMP_TX_BYTES]!)) / elapsedPs;
      const queueBytes = Math.min(stamp[STAMP_QUEUE_BYTES]!, this.#stamps[stored + STAMP_QUEUE_BYTES]!);
      const ofHop = sentBps / lineBps + (8e12 * queueBytes) / (lineBps * rttPs);
      if (ofHop <= utilisation) continue;
      utilisation = ofHop;
      tauPs = Math.min(elapsedPs, rttPs);
    }
    state[at + UTILISATION] = (1 - tauPs / rttPs) * state[at + UTILISATION]! + (tauPs / rttPs) * utilisation;
  }

  #store(flow: number, telemetry: Telemetry, address: number): void {
    for (let hop = 0; hop < this.#state[flow * WORDS + HOPS]!; hop++) {
      const stored = this.#place(flow, hop);
      telemetry.read(address, hop, this.#stamp);
      for (let i = 0; i < STAMP_PLACES; i++) this.#stamps[stored + i] = this.#stamp[i]!;
      this.#stamps[stored + LINK] = telemetry.link(address, hop);
    }
  }

  #place(flow: number, hop: number): number {
    return (flow * this.#maxHops + hop) * HOP_WORDS;
  }
}
