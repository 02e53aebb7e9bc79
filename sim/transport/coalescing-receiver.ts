import { ACK_REQUEST, CE } from '../base/packet.ts';
import type { FlowTable } from './flow-table.ts';
import { ReceivedPackets } from './received-packets.ts';
import { ANSWER_ACK, ANSWER_NACK, NO_ANSWER, type Receiver } from './sender.ts';

/**
 * Accepts packets in any order and answers one in `every` of those that come in order, without a mark and without a request; all others at
 * once, as TCP does where a gap opens or closes (RFC 5681).
 */
export class CoalescingReceiver implements Receiver {
  readonly extraWords = 0;
  readonly #received: ReceivedPackets;
  readonly #every: number;
  /** Packets accepted since the last answer. */
  readonly #count: Uint8Array;

  constructor(flows: FlowTable, every: number) {
    this.#received = new ReceivedPackets(flows);
    this.#every = every;
    this.#count = new Uint8Array(flows.flows);
  }

  get completedNow(): boolean {
    return this.#received.completedNow;
  }

  get reorderMaxPackets(): number {
    return this.#received.reorderMaxPackets;
  }

  expected(flow: number): number {
    return this.#received.expected(flow);
  }

  held(flow: number): number {
    return this.#received.held(flow);
  }

  accept(flow: number, seq: number, meta: number): number {
    const received = this.#received;
    const isPlain = (meta & (CE | ACK_REQUEST)) === 0 && seq === received.expected(flow) && received.held(flow) === 0;
    received.take(flow, seq);
    const count = this.#count[flow]! + 1;
    if (isPlain && !received.completedNow && count < this.#every) {
      this.#count[flow] = count;
      return NO_ANSWER;
    }
    this.#count[flow] = 0;
    return ANSWER_ACK;
  }

  acceptTrimmed(flow: number, seq: number): number {
    return this.#received.has(flow, seq) ? ANSWER_ACK : ANSWER_NACK;
  }

  writeExtra(): void {}
}
