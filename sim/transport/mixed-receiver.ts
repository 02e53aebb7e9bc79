import type { JobFlows } from '../base/job-flows.ts';
import type { Receiver } from './sender.ts';

/** The receivers of several jobs: each flow has that of its job, under its number there. */
export class MixedReceiver implements Receiver {
  completedNow = false;
  readonly extraWords: number;
  readonly #receivers: readonly Receiver[];
  readonly #jobOfFlow: Uint8Array;
  readonly #ownFlow: Int32Array;

  constructor(receivers: readonly Receiver[], { jobOfFlow, ownFlow }: JobFlows) {
    this.extraWords = Math.max(...receivers.map((receiver) => receiver.extraWords));
    this.#receivers = receivers;
    this.#jobOfFlow = jobOfFlow;
    this.#ownFlow = ownFlow;
  }

  get reorderMaxPackets(): number {
    return Math.max(...this.#receivers.map((receiver) => receiver.reorderMaxPackets));
  }

  expected(flow: number): number {
    return this.#receiverOf(flow).expected(this.#ownFlow[flow]!);
  }

  held(flow: number): number {
    return this.#receiverOf(flow).held(this.#ownFlow[flow]!);
  }

  accept(flow: number, seq: number, meta: number, bytes: number): number {
    const receiver = this.#receiverOf(flow);
    const answer = receiver.accept(this.#ownFlow[flow]!, seq, meta, bytes);
    this.completedNow = receiver.completedNow;
    return answer;
  }

  acceptTrimmed(flow: number, seq: number): number {
    return this.#receiverOf(flow).acceptTrimmed(this.#ownFlow[flow]!, seq);
  }

  writeExtra(flow: number, seq: number, at: number): void {
    this.#receiverOf(flow).writeExtra(this.#ownFlow[flow]!, seq, at);
  }

  #receiverOf(flow: number): Receiver {
    return this.#receivers[this.#jobOfFlow[flow]!]!;
  }
}
