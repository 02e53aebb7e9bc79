import type { SharedBufferSpec } from '../../sim/base/device-spec.ts';
import type { Held } from './class-queues.ts';
import type { SwitchBuffer } from './droptail-buffer.ts';
import { PAUSE, RESUME } from './event-log.ts';
import type { OutputPort } from './output-port.ts';
import type { Simulation } from './simulation.ts';

/** Sends PAUSE or RESUME of a class out of a port of the switch. */
export type SendFrame = (port: number, type: typeof PAUSE | typeof RESUME, trafficClass: number) => void;

/** Of an ingress port and class. */
interface Account {
  ingress: number;
  headroom: number;
  paused: boolean;
}

/** `shared`: docs/model-switches.md, section 5. */
export class SharedBuffer implements SwitchBuffer {
  readonly #simulation: Simulation;
  readonly #spec: SharedBufferSpec;
  readonly #sendFrame: SendFrame;
  readonly #headroomOfPort: readonly number[];
  readonly #pool: number;
  #sharedUsed = 0;
  readonly #accounts = new Map<string, Account>();
  /** By output port and class. */
  readonly #egress = new Map<string, number>();

  constructor(simulation: Simulation, spec: SharedBufferSpec, switchIndex: number, sendFrame: SendFrame) {
    const { topology } = simulation.input;
    const node = topology.hosts + switchIndex;
    const out = [...topology.portLink.slice(topology.portOffset[node], topology.portOffset[node + 1])];
    this.#simulation = simulation;
    this.#spec = spec;
    this.#sendFrame = sendFrame;
    this.#headroomOfPort = out.map((link) => {
      const incoming = topology.linkReverse[link]!;
      return spec.headroomBytes ?? Math.ceil((3 * topology.linkRateBps[incoming]! * topology.linkDelayPs[incoming]!) / 8e12);
    });
    this.#pool = spec.bufferBytes - this.#headroomOfPort.reduce((a, b) => a + b, 0) - out.length * spec.reserveBytes;
  }

  arrive(held: Held, output: OutputPort): void {
    const { packet, inPort } = held;
    const { trafficClass, wireBytes } = packet;
    if (trafficClass === 0) {
      output.accept(held);
      return;
    }
    const account = this.#accountOf(inPort, trafficClass);
    const threshold = this.#threshold(this.#spec.shift);
    const used = this.#used(account);
    const queue = `${output.index}:${trafficClass}`;
    const egress = this.#egress.get(queue) ?? 0;
    const exceedsIngress = wireBytes + account.headroom > this.#headroomOfPort[inPort]! && wireBytes + used > threshold;
    const { egressShift, reserveBytes } = this.#spec;
    const exceedsEgress = egressShift !== null && wireBytes + egress > this.#threshold(egressShift);
    if (exceedsIngress || exceedsEgress) {
      this.#simulation.noteDropped(packet);
      return;
    }
    const filled = account.ingress + wireBytes;
    if (filled <= reserveBytes) {
      account.ingress = filled;
    } else if (filled - reserveBytes > threshold) {
      account.headroom += wireBytes;
    } else {
      account.ingress = filled;
      this.#sharedUsed += Math.min(wireBytes, filled - reserveBytes);
    }
    this.#egress.set(queue, egress + wireBytes);
    output.accept(held);
    // Where nothing is left here no departure could ever resume it.
    if (!this.#spec.pfc || account.paused || account.ingress + account.headroom === 0) return;
    if (account.headroom > 0 || this.#used(account) >= this.#threshold(this.#spec.shift)) {
      account.paused = true;
      this.#sendFrame(inPort, PAUSE, trafficClass);
    }
  }

  depart({ packet: { trafficClass, wireBytes }, inPort }: Held, output: OutputPort): void {
    if (trafficClass === 0) return;
    const account = this.#accountOf(inPort, trafficClass);
    const fromHeadroom = Math.min(account.headroom, wireBytes);
    const fromShared = Math.min(wireBytes - fromHeadroom, this.#used(account));
    account.headroom -= fromHeadroom;
    account.ingress -= wireBytes - fromHeadroom;
    this.#sharedUsed -= fromShared;
    const queue = `${output.index}:${trafficClass}`;
    this.#egress.set(queue, this.#egress.get(queue)! - wireBytes);
    if (!account.paused || account.headroom > 0) return;
    const used = this.#used(account);
    if (used === 0 || used + this.#spec.resumeOffsetBytes <= this.#threshold(this.#spec.shift)) {
      account.paused = false;
      this.#sendFrame(inPort, RESUME, trafficClass);
    }
  }

  #threshold(shift: number): number {
    return Math.floor((this.#pool - this.#sharedUsed) / 2 ** shift);
  }

  #used({ ingress }: Account): number {
    return Math.max(0, ingress - this.#spec.reserveBytes);
  }

  #accountOf(inPort: number, trafficClass: number): Account {
    const key = `${inPort}:${trafficClass}`;
    const account = this.#accounts.get(key) ?? { ingress: 0, headroom: 0, paused: false };
    this.#accounts.set(key, account);
    return account;
  }
}
