import type { FlowTable } from './flow-table.ts';
import { ReceivedPackets } from './received-packets.ts';
import { ANSWER_ACK, ANSWER_NACK, type Receiver } from './sender.ts';

/** Accepts packets in any order and answers each of them. */
export class SelectiveRepeatReceiver implements Receiver {
  readonly extraWords = 0;
  readonly #received: ReceivedPackets;

  constructor(flows: FlowTable) {
    this.#received = new ReceivedPackets(flows);
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

  accept(flow: number, seq: number): number {
    this.#received.take(flow, seq);
    return ANSWER_ACK;
  }

  acceptTrimmed(flow: number, seq: number): number {
    return this.#received.has(flow, seq) ? ANSWER_ACK : ANSWER_NACK;
  }

  writeExtra(): void {}
}
