import type { Topology } from '../base/topology.ts';

/** Payload bytes of first transmissions on each fabric link, in total and by phase. */
export class LinkLoadProbe {
  readonly totalBytes: Float64Array;
  /** phaseBytes[phase * fabricLinks + fabricIndex[link]]. */
  readonly phaseBytes: Float64Array;
  readonly fabricLinks: number;
  /** Position of a link among the fabric links; -1 for host links. */
  readonly fabricIndex: Int32Array;
  readonly #headerBytes: number;
  /** Offset of each flow's phase in `phaseBytes`. */
  readonly #phaseBase: Float64Array;

  /** @param phaseOfFlow phase of the message each flow belongs to */
  constructor(topology: Topology, phaseOfFlow: Int32Array, phases: number, headerBytes: number) {
    let fabricLinks = 0;
    this.fabricIndex = new Int32Array(topology.links).fill(-1);
    for (let link = 0; link < topology.links; link++) {
      if (topology.linkIsFabric[link] === 1) this.fabricIndex[link] = fabricLinks++;
    }
    this.fabricLinks = fabricLinks;
    this.totalBytes = new Float64Array(topology.links);
    this.phaseBytes = new Float64Array(phases * fabricLinks);
    this.#phaseBase = Float64Array.from(phaseOfFlow, (phase) => phase * fabricLinks);
    this.#headerBytes = headerBytes;
  }

  ofPhase(phase: number, link: number): number {
    const index = this.fabricIndex[link]!;
    return index < 0 ? 0 : this.phaseBytes[phase * this.fabricLinks + index]!;
  }

  count(link: number, flow: number, wireBytes: number): void {
    const payload = wireBytes - this.#headerBytes;
    this.totalBytes[link]! += payload;
    this.phaseBytes[this.#phaseBase[flow]! + this.fabricIndex[link]!]! += payload;
  }
}
