import { setupStream } from '../../sim/base/random.ts';
import type { Simulation } from './simulation.ts';

export interface PathChoice {
  readonly entropy: number;
  readonly pinned: boolean;
}

interface Rotation {
  readonly paths: readonly number[];
  pointer: number;
}

/** What a host writes into the packets it sends so that they take a path (docs/packet-model.md, end of section 4, and section 6). */
export class HostEntropy {
  readonly #simulation: Simulation;
  readonly #host: number;
  /** `drb`: per destination host, for full-size packets and for shorter ones. */
  readonly #rotations = new Map<number, { full: Rotation; short: Rotation }>();

  constructor(simulation: Simulation, host: number) {
    this.#simulation = simulation;
    this.#host = host;
    if (simulation.input.scenario.balancer.kind === 'drb') this.#drawRotations();
  }

  /** For one data packet, at its transmission. */
  choose(flow: number, isFullSize: boolean): PathChoice {
    const { plan, scenario } = this.#simulation.input;
    if (plan.path[flow]! >= 0) return { entropy: plan.path[flow]!, pinned: true };
    if (scenario.balancer.kind === 'spray') {
      const host = this.#simulation.bugs.has('shared-entropy-stream') ? 0 : this.#host;
      return { entropy: this.#simulation.entropyStream.next(host) >>> 16, pinned: false };
    }
    const rotations = this.#rotations.get(plan.dstHost[flow]!);
    if (rotations === undefined) return { entropy: 0, pinned: false };
    const rotation = isFullSize || this.#simulation.bugs.has('one-rotation-a-pair') ? rotations.full : rotations.short;
    const entropy = rotation.paths[rotation.pointer]!;
    rotation.pointer = (rotation.pointer + 1) % rotation.paths.length;
    return { entropy, pinned: true };
  }

  #drawRotations(): void {
    const { plan, scenario, topology } = this.#simulation.input;
    const stream = setupStream(scenario.seed, 'drb', this.#host);
    const tor = topology.torOfHost[this.#host]!;
    for (let flow = plan.hostOffset[this.#host]!; flow < plan.hostOffset[this.#host + 1]!; flow++) {
      const destination = plan.dstHost[flow]!;
      const destinationTor = topology.torOfHost[destination]!;
      if (destinationTor === tor || this.#rotations.has(destination)) continue;
      const draw = (): Rotation => {
        const paths = stream.shuffle([...topology.pathsBetween(tor, destinationTor).ids]);
        return { paths, pointer: stream.integer(paths.length) };
      };
      const full = draw();
      const short = draw();
      this.#rotations.set(destination, { full, short });
    }
  }
}
