import type { JobFlows } from '../base/job-flows.ts';
import { RTT } from '../engine/record.ts';
import type { Sender } from './sender.ts';

/** The senders of several jobs: each flow has that of its job, under its number there. */
export class MixedSender implements Sender {
  takenSeq = 0;
  takenBytes = 0;
  takenAgain = 0;
  takenFlags = 0;
  takenPull = 0;
  readonly keepsRecords: boolean;
  readonly #senders: readonly Sender[];
  readonly #jobOfFlow: Uint8Array;
  readonly #ownFlow: Int32Array;
  readonly #clock: Float64Array;

  constructor(senders: readonly Sender[], { jobOfFlow, ownFlow }: JobFlows, clock: Float64Array) {
    this.keepsRecords = senders.some((sender) => sender.keepsRecords);
    this.#senders = senders;
    this.#jobOfFlow = jobOfFlow;
    this.#ownFlow = ownFlow;
    this.#clock = clock;
  }

  ownsTimer(flow: number): boolean {
    return this.#senderOf(flow).ownsTimer(this.#ownFlow[flow]!);
  }

  canSend(flow: number): boolean {
    return this.#senderOf(flow).canSend(this.#ownFlow[flow]!);
  }

  take(flow: number): boolean {
    const sender = this.#senderOf(flow);
    const mayGoOn = sender.take(this.#ownFlow[flow]!);
    this.takenSeq = sender.takenSeq;
    this.takenBytes = sender.takenBytes;
    this.takenAgain = sender.takenAgain;
    this.takenFlags = sender.takenFlags;
    this.takenPull = sender.takenPull;
    return mayGoOn;
  }

  noteSent(flow: number, entropy: number): void {
    const sender = this.#senderOf(flow);
    if (sender.keepsRecords) sender.noteSent(this.#ownFlow[flow]!, entropy);
  }

  inFlightBytes(flow: number): number {
    return this.#senderOf(flow).inFlightBytes(this.#ownFlow[flow]!);
  }

  windowPackets(flow: number): number {
    return this.#senderOf(flow).windowPackets(this.#ownFlow[flow]!);
  }

  onAck(flow: number, seq: number, cumulative: number, isMarked: boolean, address: number): void {
    this.#heardBy(flow).onAck(this.#ownFlow[flow]!, seq, cumulative, isMarked, address);
  }

  onNack(flow: number, seq: number, cumulative: number, isLastHop: boolean, address: number): void {
    this.#heardBy(flow).onNack(this.#ownFlow[flow]!, seq, cumulative, isLastHop, address);
  }

  onDiscard(flow: number, seq: number, address: number): void {
    this.#heardBy(flow).onDiscard(this.#ownFlow[flow]!, seq, address);
  }

  onTimer(flow: number): void {
    this.#senderOf(flow).onTimer(this.#ownFlow[flow]!);
  }

  onTimeout(flow: number): void {
    this.#senderOf(flow).onTimeout(this.#ownFlow[flow]!);
  }

  isComplete(flow: number): boolean {
    return this.#senderOf(flow).isComplete(this.#ownFlow[flow]!);
  }

  close(flow: number): void {
    this.#senderOf(flow).close(this.#ownFlow[flow]!);
  }

  /** The sender that hears an answer. One that takes no samples must not leave that of another job in place. */
  #heardBy(flow: number): Sender {
    const sender = this.#senderOf(flow);
    if (!sender.keepsRecords) this.#clock[RTT] = -1;
    return sender;
  }

  #senderOf(flow: number): Sender {
    return this.#senders[this.#jobOfFlow[flow]!]!;
  }
}
