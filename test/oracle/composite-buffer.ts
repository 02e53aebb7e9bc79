import type { CompositeSpec } from '../../sim/base/device-spec.ts';
import type { Held } from './class-queues.ts';
import type { SwitchBuffer } from './droptail-buffer.ts';
import { DATA, TRIMMED } from './event-log.ts';
import type { OutputPort } from './output-port.ts';
import type { Packet } from './packet.ts';
import type { Simulation } from './simulation.ts';

/** `composite`: docs/model-switches.md, section 3. */
export class CompositeBuffer implements SwitchBuffer {
  readonly #simulation: Simulation;
  readonly #trims: boolean;
  readonly #dataBytes: number;
  readonly #headerBytes: number;
  readonly #fullBytes: number;

  constructor(simulation: Simulation, spec: CompositeSpec) {
    this.#simulation = simulation;
    const { mtuBytes, headerBytes } = simulation.input.scenario.nic;
    this.#fullBytes = mtuBytes + headerBytes;
    this.#trims = spec.trims;
    this.#dataBytes = simulation.limits.queueBytes;
    this.#headerBytes = spec.headerQueueBytes ?? 2 * this.#dataBytes;
  }

  arrive(held: Held, output: OutputPort): void {
    const { packet } = held;
    const isData = ({ trafficClass }: Packet): boolean => trafficClass > 0;
    if (packet.trafficClass === 0) this.#arriveInFront(held, output);
    else if (output.heldBytes(isData) + packet.wireBytes <= this.#scaled(this.#dataBytes, this.#fullBytes, output)) output.accept(held);
    else if (packet.type !== DATA || !this.#trims) this.#simulation.noteDropped(packet);
    else this.#cutOne(held, output);
  }

  depart(): void {}

  #arriveInFront(held: Held, output: OutputPort): void {
    const isInFront = ({ trafficClass }: Packet): boolean => trafficClass === 0;
    const limit = this.#scaled(this.#headerBytes, this.#simulation.input.scenario.nic.ackBytes, output);
    if (output.heldBytes(isInFront) + held.packet.wireBytes <= limit) output.accept(held);
    else this.#simulation.noteDropped(held.packet);
  }

  /** model-failures.md 4: a slower link has a shorter queue, of one packet at least. */
  #scaled(queueBytes: number, leastBytes: number, output: OutputPort): number {
    const factor = output.factor();
    return factor === 1 ? queueBytes : Math.max(queueBytes * factor, leastBytes);
  }

  #cutOne(arriving: Held, output: OutputPort): void {
    const draw = this.#simulation.trimStream.next(output.link);
    const last = output.queues.waiting(arriving.packet.trafficClass).findLast(({ packet }) => packet.type === DATA);
    if (draw >= 0 || last === undefined) {
      this.#cut(arriving, output);
      return;
    }
    output.remove(last);
    this.#cut(last, output);
    output.accept(arriving);
  }

  #cut(held: Held, output: OutputPort): void {
    const { packet } = held;
    this.#simulation.trims++;
    packet.type = TRIMMED;
    packet.trafficClass = 0;
    packet.payloadBytes = 0;
    packet.wireBytes = this.#simulation.input.scenario.nic.ackBytes;
    packet.lastHop = output.facesHost;
    this.#arriveInFront(held, output);
  }
}
