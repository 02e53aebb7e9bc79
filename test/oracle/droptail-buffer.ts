import type { Held } from './class-queues.ts';
import type { OutputPort } from './output-port.ts';
import type { Simulation } from './simulation.ts';

/** What a kind of switch does with a packet that arrived, and when one leaves. */
export interface SwitchBuffer {
  /** Hands the packet to its output port, or drops it. */
  arrive(held: Held, output: OutputPort): void;
  /** A packet starts on the wire of a port. */
  depart(held: Held, output: OutputPort): void;
}

/** `droptail`: packet-model.md 3.3, and model-failures.md 4. */
export class DroptailBuffer implements SwitchBuffer {
  readonly #simulation: Simulation;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  arrive(held: Held, output: OutputPort): void {
    const { now, faults } = this.#simulation;
    const total = output.backlogPs() + faults.transmissionPs(output.link, held.packet.wireBytes, now);
    const limit = this.#limitPs(output.rateBps, output.factor());
    if (total > limit || (total === limit && this.#simulation.bugs.has('drop-when-exactly-full'))) {
      this.#simulation.noteDropped(held.packet);
    } else {
      output.accept(held);
    }
  }

  depart(): void {}

  #limitPs(rateBps: number, factor: number): number {
    const { limits, input, bugs } = this.#simulation;
    const { mtuBytes, headerBytes } = input.scenario.nic;
    const isWhole = (8e12 / rateBps) % 1 === 0 || bugs.has('limit-without-rounding');
    const fullBytes = mtuBytes + headerBytes;
    const limit = (limits.queueBytes * 8e12) / rateBps + (isWhole ? 0 : 0.5 * Math.ceil(limits.queueBytes / fullBytes));
    return factor === 1 ? limit : Math.max(limit, (fullBytes * 8e12) / (rateBps * factor));
  }
}
