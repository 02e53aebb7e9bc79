import type { Bug } from './bugs.ts';

/** model-transport.md, section 4: samples of the round-trip time. */
export class SendTimes {
  readonly #latestPs: number[] = [];
  readonly #transmissions: number[] = [];
  readonly #ignoresEcho: boolean;

  constructor(bugs: ReadonlySet<Bug>) {
    this.#ignoresEcho = bugs.has('sample-of-any-retransmission');
  }

  noteTransmission(seq: number, startPs: number): void {
    this.#latestPs[seq] = startPs;
    this.#transmissions[seq] = (this.#transmissions[seq] ?? 0) + 1;
  }

  latestPs(seq: number): number {
    return this.#latestPs[seq]!;
  }

  /** The sample that an answer to packet `seq` gives, which is outstanding; null: none. */
  sample(seq: number, isEchoOfRetransmission: boolean, timePs: number): number | null {
    const transmissions = this.#transmissions[seq]!;
    const isSure = transmissions === 1 || (transmissions === 2 && (isEchoOfRetransmission || this.#ignoresEcho));
    return isSure ? timePs - this.#latestPs[seq]! : null;
  }
}
