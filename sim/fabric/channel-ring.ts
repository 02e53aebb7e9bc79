import { START } from '../engine/record.ts';
import type { ReadyFlows } from './classed-ring.ts';
import { HeldFlows } from './held-flows.ts';

const NONE = -1;

/**
 * The flows of one host that may send, by channel: after a packet those of its channel wait for as long as its thread block takes to
 * deliver the payload, and do not count.
 */
export class ChannelRing implements ReadyFlows {
  readonly #first: number;
  readonly #channelOfFlow: Int32Array;
  readonly #rateBps: number;
  /** Flows whose channel may send. */
  readonly #ready: ReadyFlows;
  /** By channel: from when on it may send, and 1 if that was not yet so when it was last looked at. */
  readonly #readyPs: Float64Array;
  readonly #isHeld: Uint8Array;
  readonly #held: HeldFlows;
  /** The channels that `#held` lets go. */
  readonly #opened = { add: (channel: number): void => this.#open(channel) };
  readonly #soonestPs = new Float64Array(1);
  // The flows that wish to send, as a list a channel; flows count from the first of the host.
  readonly #firstOf: Int32Array;
  readonly #after: Int32Array;
  readonly #before: Int32Array;
  readonly #isMember: Uint8Array;
  #waiting = 0;

  /**
   * Flows `first` .. `first + flows - 1`.
   *
   * @param ready takes those that may send
   * @param channelOfFlow of all flows of the run; numbers from 0 at each host
   */
  constructor(ready: ReadyFlows, first: number, flows: number, channelOfFlow: Int32Array, rateBps: number) {
    const channels = channelOfFlow.subarray(first, first + flows).reduce((most, channel) => Math.max(most, channel), 0) + 1;
    this.#ready = ready;
    this.#first = first;
    this.#channelOfFlow = channelOfFlow;
    this.#rateBps = rateBps;
    this.#readyPs = new Float64Array(channels);
    this.#isHeld = new Uint8Array(channels);
    this.#held = new HeldFlows(this.#readyPs, new Uint8Array(channels));
    this.#firstOf = new Int32Array(channels).fill(NONE);
    this.#after = new Int32Array(flows);
    this.#before = new Int32Array(flows);
    this.#isMember = new Uint8Array(flows);
  }

  get count(): number {
    return this.#ready.count;
  }

  /** Flows that wait for nothing but their channel. */
  get waiting(): number {
    return this.#waiting;
  }

  has(flow: number): boolean {
    return this.#isMember[flow - this.#first] === 1;
  }

  add(flow: number): void {
    const i = flow - this.#first;
    if (this.#isMember[i] === 1) return;
    const channel = this.#channelOfFlow[flow]!;
    const next = this.#firstOf[channel]!;
    this.#isMember[i] = 1;
    this.#before[i] = NONE;
    this.#after[i] = next;
    if (next !== NONE) this.#before[next] = i;
    this.#firstOf[channel] = i;
    if (this.#isHeld[channel] === 1) this.#waiting++;
    else this.#ready.add(flow);
  }

  remove(flow: number): void {
    const i = flow - this.#first;
    if (this.#isMember[i] === 0) return;
    const channel = this.#channelOfFlow[flow]!;
    const next = this.#after[i]!;
    const previous = this.#before[i]!;
    this.#isMember[i] = 0;
    if (previous === NONE) this.#firstOf[channel] = next;
    else this.#after[previous] = next;
    if (next !== NONE) this.#before[next] = previous;
    if (this.#isHeld[channel] === 1) this.#waiting--;
    else this.#ready.remove(flow);
  }

  after(flow: number): number {
    return this.#ready.after(flow);
  }

  /** A packet with so much payload of this flow starts at clock[START]. */
  onSent(flow: number, payloadBytes: number, clock: Float64Array): void {
    const channel = this.#channelOfFlow[flow]!;
    const gapPs = Math.round((payloadBytes * 8e12) / this.#rateBps);
    if (gapPs === 0) return;
    this.#readyPs[channel] = clock[START]! + gapPs;
    this.#isHeld[channel] = 1;
    this.#held.add(channel);
    for (let i = this.#firstOf[channel]!; i !== NONE; i = this.#after[i]!) {
      this.#ready.remove(this.#first + i);
      this.#waiting++;
    }
  }

  /** Lets go the channels that may send at clock[at]. */
  release(clock: Float64Array, at: number): void {
    this.#held.release(this.#opened, clock, at);
  }

  /** Lowers clock[at] to the time from which the first of the channels that are held may send. After `release`. */
  soonest(clock: Float64Array, at: number): void {
    this.#held.first(this.#soonestPs, 0);
    if (this.#soonestPs[0]! < clock[at]!) clock[at] = this.#soonestPs[0]!;
  }

  #open(channel: number): void {
    this.#isHeld[channel] = 0;
    for (let i = this.#firstOf[channel]!; i !== NONE; i = this.#after[i]!) {
      this.#ready.add(this.#first + i);
      this.#waiting--;
    }
  }
}
