import type { LinkSpec } from '../sim/base/topology-spec.ts';

interface Cable {
  readonly a: number;
  readonly b: number;
  readonly portA: number;
  readonly portB: number;
  readonly spec: LinkSpec;
  readonly isFabric: boolean;
  up: boolean;
}

/** The graph part of a Topology: nodes, cables, ports, links. Cable i is links 2i (a to b) and 2i + 1 (b to a). */
export class GraphBuilder {
  readonly #names: string[] = [];
  readonly #nodeByName = new Map<string, number>();
  readonly #ports: number[][] = [];
  readonly #cables: Cable[] = [];

  addNode(name: string): number {
    this.#names.push(name);
    this.#ports.push([]);
    this.#nodeByName.set(name, this.#names.length - 1);
    return this.#names.length - 1;
  }

  /** Joins two nodes; the cable takes the next free port number at each. */
  addCable(a: number, b: number, spec: LinkSpec, isFabric: boolean): void {
    const portA = this.#ports[a]!.push(2 * this.#cables.length) - 1;
    const portB = this.#ports[b]!.push(2 * this.#cables.length + 1) - 1;
    this.#cables.push({ a, b, portA, portB, spec, isFabric, up: true });
  }

  /** Cables from the node named first at their making to the other one, in that order; none if there is no such node. */
  cablesBetween(nameA: string, nameB: string): number[] {
    const a = this.#nodeByName.get(nameA);
    const b = this.#nodeByName.get(nameB);
    if (a === undefined || b === undefined) return [];
    return this.#ports[a]!.map((link) => link >> 1).filter((i) => this.#cables[i]!.a === a && this.#cables[i]!.b === b);
  }

  /** All cables of a node. */
  cablesOf(name: string): number[] {
    return this.#ports[this.#nodeByName.get(name)!]!.map((link) => link >> 1);
  }

  cut(cable: number): void {
    this.#cables[cable]!.up = false;
  }

  isUp(link: number): boolean {
    return this.#cables[link >> 1]!.up;
  }

  rateBps(link: number): number {
    return this.#cables[link >> 1]!.spec.rateBps;
  }

  build() {
    const links = 2 * this.#cables.length;
    const perLink = (value: (cable: Cable, forward: boolean) => number): Int32Array =>
      Int32Array.from({ length: links }, (_, i) => value(this.#cables[i >> 1]!, (i & 1) === 0));
    const portOffset = new Int32Array(this.#names.length + 1);
    this.#ports.forEach((ports, n) => (portOffset[n + 1] = portOffset[n]! + ports.length));
    return {
      nodeNames: this.#names,
      links,
      linkFrom: perLink((c, forward) => (forward ? c.a : c.b)),
      linkTo: perLink((c, forward) => (forward ? c.b : c.a)),
      linkFromPort: perLink((c, forward) => (forward ? c.portA : c.portB)),
      linkToPort: perLink((c, forward) => (forward ? c.portB : c.portA)),
      linkReverse: Int32Array.from({ length: links }, (_, i) => i ^ 1),
      linkRateBps: Float64Array.from({ length: links }, (_, i) => this.#cables[i >> 1]!.spec.rateBps),
      linkDelayPs: Float64Array.from({ length: links }, (_, i) => this.#cables[i >> 1]!.spec.delayPs),
      linkUp: Uint8Array.from({ length: links }, (_, i) => (this.#cables[i >> 1]!.up ? 1 : 0)),
      linkIsFabric: Uint8Array.from({ length: links }, (_, i) => (this.#cables[i >> 1]!.isFabric ? 1 : 0)),
      portOffset,
      portLink: Int32Array.from(this.#ports.flat()),
    };
  }
}
