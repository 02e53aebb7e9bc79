import type { Recovery } from '../../sim/base/transport-spec.ts';
import type { Bug } from './bugs.ts';
import { ACK, NACK } from './event-log.ts';

export interface Answer {
  readonly type: typeof ACK | typeof NACK;
  readonly seq: number;
  readonly cumulative: number;
  readonly marked: boolean;
  readonly lastHop: boolean;
}

/** packet-model.md, section 5, and model-transport.md, section 2: the receiver of one flow. */
export class Receiver {
  readonly #recovery: Recovery;
  readonly #nackIntervalPs: number;
  readonly #nackEchoesMark: boolean;
  #expected = 0;
  readonly #held = new Set<number>();
  #lastNack: { expected: number; timePs: number } | null = null;

  constructor(recovery: Recovery, nackIntervalPs: number, bugs: ReadonlySet<Bug>) {
    this.#recovery = recovery;
    this.#nackIntervalPs = bugs.has('nack-without-interval') ? 0 : nackIntervalPs;
    this.#nackEchoesMark = bugs.has('mark-in-nack');
  }

  /** Every packet below this number has arrived. */
  get expected(): number {
    return this.#expected;
  }

  /** Packets held above a gap. */
  get heldPackets(): number {
    return this.#held.size;
  }

  /** Takes a packet in; null when it is not answered. */
  take(seq: number, marked: boolean, timePs: number): Answer | null {
    if (this.#recovery === 'gbn') return this.#takeInOrder(seq, marked, timePs);
    if (seq >= this.#expected) this.#held.add(seq);
    while (this.#held.delete(this.#expected)) this.#expected++;
    return { type: ACK, seq, cumulative: this.#expected, marked, lastHop: false };
  }

  /** Takes the header of a packet whose payload was cut off; null when it is not answered. */
  takeTrimmed(seq: number, marked: boolean, lastHop: boolean, timePs: number): Answer | null {
    const isDuplicate = seq < this.#expected || this.#held.has(seq);
    if (isDuplicate) return { type: ACK, seq, cumulative: this.#expected, marked: false, lastHop: false };
    if (this.#recovery === 'gbn') return this.#nackInOrder(marked, lastHop, timePs);
    return { type: NACK, seq, cumulative: this.#expected, marked, lastHop };
  }

  #takeInOrder(seq: number, marked: boolean, timePs: number): Answer | null {
    if (seq === this.#expected) this.#expected++;
    if (seq < this.#expected) return { type: ACK, seq, cumulative: this.#expected, marked, lastHop: false };
    return this.#nackInOrder(marked && this.#nackEchoesMark, false, timePs);
  }

  #nackInOrder(marked: boolean, lastHop: boolean, timePs: number): Answer | null {
    const last = this.#lastNack;
    if (last !== null && last.expected === this.#expected && timePs - last.timePs < this.#nackIntervalPs) return null;
    this.#lastNack = { expected: this.#expected, timePs };
    return { type: NACK, seq: this.#expected, cumulative: this.#expected, marked, lastHop };
  }
}
