import { arena } from '../../sim/engine/arena.ts';
import { ACK, CE, DISCARDED, LAST_HOP, NACK } from '../../sim/base/packet.ts';
import { NOW, RECORD_WORDS, START, DUE } from '../../sim/engine/record.ts';
import { ANSWER_ACK, ANSWER_DISCARD, ANSWER_NACK, type Receiver, type Sender } from '../../sim/transport/sender.ts';
import { ANSWER, EXTRA } from './ends.ts';

export interface PipeEnds {
  readonly sender: Sender;
  readonly receiver: Receiver;
  readonly clock: Float64Array;
  readonly rtoPs: number;
}

interface DataPacket {
  readonly seq: number;
  readonly meta: number;
  readonly bytes: number;
}

interface Answer {
  readonly words: Int32Array;
}

/** What happens next: `at` chooses the packet. */
export interface Mishap {
  readonly what: 'send' | 'deliver' | 'mark' | 'drop' | 'duplicate' | 'trim' | 'answer' | 'drop-answer' | 'duplicate-answer' | 'wait';
  readonly at: number;
}

/**
 * Sender and receiver of one flow, and two bags of packets between them: any may be the next to arrive, be lost, come twice, or have its
 * payload cut off. Time goes on by one a step, and to the timer where nothing else can happen.
 */
export class LossyPipe {
  readonly #ends: PipeEnds;
  readonly #forward: DataPacket[] = [];
  readonly #back: Answer[] = [];
  #lastActivityPs = 0;
  #timerPs = Infinity;
  transmissions = 0;

  constructor(ends: PipeEnds) {
    this.#ends = ends;
  }

  get isComplete(): boolean {
    return this.#ends.sender.isComplete(0);
  }

  step({ what, at }: Mishap): void {
    this.#advance(this.#ends.clock[NOW]! + 1);
    const data = this.#forward.length > 0 ? at % this.#forward.length : -1;
    const answer = this.#back.length > 0 ? at % this.#back.length : -1;
    switch (what) {
      case 'send':
        for (let i = 0; i <= at % 8; i++) this.#send();
        break;
      case 'deliver':
      case 'mark':
        if (data >= 0) this.#deliver(this.#forward.splice(data, 1)[0]!, what === 'mark' ? CE : 0);
        break;
      case 'drop':
        this.#forward.splice(Math.max(0, data), 1);
        break;
      case 'duplicate':
        if (data >= 0) this.#deliver(this.#forward[data]!, 0);
        break;
      case 'trim':
        if (data >= 0) this.#deliverHeader(this.#forward.splice(data, 1)[0]!);
        break;
      case 'answer':
        if (answer >= 0) this.#hear(this.#back.splice(answer, 1)[0]!);
        break;
      case 'drop-answer':
        this.#back.splice(Math.max(0, answer), 1);
        break;
      case 'duplicate-answer':
        if (answer >= 0) this.#hear(this.#back[answer]!);
        break;
      case 'wait':
        this.#advance(this.#ends.clock[NOW]! + at);
        break;
    }
  }

  /** From now on nothing is lost and everything arrives in order. Returns the steps until the flow is complete; Infinity: it never is. */
  settle(maxSteps: number): number {
    for (let step = 0; step < maxSteps; step++) {
      if (this.isComplete) return step;
      this.#advance(this.#ends.clock[NOW]! + 1);
      if (this.#back.length > 0) this.#hear(this.#back.shift()!);
      else if (this.#forward.length > 0) this.#deliver(this.#forward.shift()!, 0);
      else if (!this.#send()) this.#advance(this.#timerPs);
    }
    return Infinity;
  }

  #advance(toPs: number): void {
    const { sender, clock, rtoPs } = this.#ends;
    while (this.#timerPs <= toPs && !sender.isComplete(0)) {
      clock[NOW] = this.#timerPs;
      if (sender.ownsTimer(0)) {
        sender.onTimer(0);
        this.#timerPs = clock[DUE]!;
        continue;
      }
      if (this.#lastActivityPs + rtoPs <= clock[NOW]) {
        sender.onTimeout(0);
        this.#lastActivityPs = clock[NOW];
      }
      this.#timerPs = this.#lastActivityPs + rtoPs;
    }
    if (toPs !== Infinity) clock[NOW] = Math.max(clock[NOW]!, toPs);
  }

  #send(): boolean {
    const { sender, clock, rtoPs } = this.#ends;
    if (!sender.canSend(0)) return false;
    // Two transmissions of one flow never start at one instant.
    this.#advance(clock[NOW]! + 1);
    if (!sender.canSend(0)) return false;
    clock[START] = clock[NOW]!;
    sender.take(0);
    if (sender.keepsRecords) sender.noteSent(0, sender.takenSeq & 0xffff);
    this.transmissions++;
    this.#lastActivityPs = clock[START]!;
    if (this.#timerPs === Infinity) this.#timerPs = clock[START]! + rtoPs;
    this.#forward.push({ seq: sender.takenSeq, meta: sender.takenFlags, bytes: sender.takenBytes });
    return true;
  }

  #deliver({ seq, meta, bytes }: DataPacket, mark: number): void {
    const { receiver } = this.#ends;
    const answer = receiver.accept(0, seq, meta | mark, bytes);
    if (answer === ANSWER_ACK) this.#answer(seq, ACK | mark);
    else if (answer === ANSWER_NACK) this.#answer(receiver.expected(0), NACK);
    else if (answer === ANSWER_DISCARD) this.#answer(seq, NACK | DISCARDED | LAST_HOP | mark);
  }

  #deliverHeader({ seq }: DataPacket): void {
    const answer = this.#ends.receiver.acceptTrimmed(0, seq);
    if (answer === ANSWER_ACK) this.#answer(seq, ACK);
    else if (answer === ANSWER_NACK) this.#answer(seq, NACK | (seq % 2 === 0 ? LAST_HOP : 0));
  }

  #answer(seq: number, meta: number): void {
    const { receiver } = this.#ends;
    const words = new Int32Array(RECORD_WORDS + receiver.extraWords);
    words[2] = seq;
    words[3] = meta;
    words[5] = receiver.expected(0);
    receiver.writeExtra(0, seq, EXTRA);
    words.set(arena.subarray(EXTRA, EXTRA + receiver.extraWords), RECORD_WORDS);
    this.#back.push({ words });
  }

  #hear({ words }: Answer): void {
    const { sender, clock } = this.#ends;
    if (sender.isComplete(0)) return;
    this.#lastActivityPs = clock[NOW]!;
    arena.set(words, ANSWER);
    const meta = words[3]!;
    if ((meta & 7) === ACK) sender.onAck(0, words[2]!, words[5]!, (meta & CE) !== 0, ANSWER);
    else if ((meta & DISCARDED) !== 0) sender.onDiscard(0, words[2]!, ANSWER);
    else sender.onNack(0, words[2]!, words[5]!, (meta & LAST_HOP) !== 0, ANSWER);
  }
}
