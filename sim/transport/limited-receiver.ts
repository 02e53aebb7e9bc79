import { ANSWER_DISCARD, ANSWER_NACK, type Receiver } from './sender.ts';

/** A receiver that has places for a few packets out of order only, or none: what finds no place is discarded (docs/model-transport.md 2.4). */
export class LimitedReceiver implements Receiver {
  completedNow = false;
  readonly extraWords: number;
  readonly #receiver: Receiver;
  readonly #mostHeld: number;

  /** @param mostHeld packets of a flow above its gap */
  constructor(receiver: Receiver, mostHeld: number) {
    this.extraWords = receiver.extraWords;
    this.#receiver = receiver;
    this.#mostHeld = mostHeld;
  }

  get reorderMaxPackets(): number {
    return this.#receiver.reorderMaxPackets;
  }

  expected(flow: number): number {
    return this.#receiver.expected(flow);
  }

  held(flow: number): number {
    return this.#receiver.held(flow);
  }

  accept(flow: number, seq: number, meta: number, bytes: number): number {
    const receiver = this.#receiver;
    if (this.#lacksPlace(flow, seq)) {
      this.completedNow = false;
      return ANSWER_DISCARD;
    }
    const answer = receiver.accept(flow, seq, meta, bytes);
    this.completedNow = receiver.completedNow;
    return answer;
  }

  acceptTrimmed(flow: number, seq: number): number {
    return this.#receiver.acceptTrimmed(flow, seq);
  }

  writeExtra(flow: number, seq: number, at: number): void {
    this.#receiver.writeExtra(flow, seq, at);
  }

  #lacksPlace(flow: number, seq: number): boolean {
    const receiver = this.#receiver;
    if (seq <= receiver.expected(flow) || receiver.held(flow) < this.#mostHeld) return false;
    // Its header would be answered by a NACK: it has not come before.
    return receiver.acceptTrimmed(flow, seq) === ANSWER_NACK;
  }
}
