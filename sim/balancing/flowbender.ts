import { PacketStreams } from '../base/random.ts';
import { NOW } from '../engine/record.ts';
import { MarkRounds } from './mark-rounds.ts';
import { DeafBalancer } from './packet-balancer.ts';

/** `flowbender` (CoNEXT'14): a new label after every round with too many marks, and at every timeout. */
export class FlowBender extends DeafBalancer {
  override readonly hearsFeedback = true;
  override readonly hearsTimeouts = true;
  override readonly needsRtt = true;
  readonly #clock: Float64Array;
  readonly #srcHost: Int32Array;
  readonly #draws: PacketStreams;
  readonly #rounds: MarkRounds;
  readonly #threshold: number;
  readonly #label: Uint16Array;
  readonly #timeoutPs: Float64Array;

  constructor(srcHost: Int32Array, hosts: number, seed: number, clock: Float64Array, baseRttPs: number, threshold: number) {
    super();
    this.#clock = clock;
    this.#srcHost = srcHost;
    this.#draws = new PacketStreams(seed, 'flowbender', hosts);
    this.#rounds = new MarkRounds(srcHost.length, clock, baseRttPs);
    this.#threshold = threshold;
    this.#label = new Uint16Array(srcHost.length);
    this.#timeoutPs = new Float64Array(srcHost.length).fill(-1);
  }

  next(flow: number): number {
    return this.#label[flow]!;
  }

  override onAck(flow: number, _entropy: number, isMarked: boolean): void {
    const rounds = this.#rounds;
    if (!rounds.ends(flow, isMarked)) return;
    if (rounds.marks[flow]! / rounds.acks[flow]! > this.#threshold) this.#bend(flow);
    rounds.begin(flow);
  }

  override onTimeout(flow: number): void {
    if (this.#timeoutPs[flow] === this.#clock[NOW]!) return;
    this.#timeoutPs[flow] = this.#clock[NOW]!;
    this.#bend(flow);
  }

  #bend(flow: number): void {
    this.#label[flow] = this.#draws.next(this.#srcHost[flow]!) >>> 16;
  }
}
