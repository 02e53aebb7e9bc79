import { setupStream } from '../../../sim/base/random.ts';
import type { JobView } from '../job-view.ts';

interface Connection {
  readonly path: number;
  outstandingBytes: number;
}

/** `hpn-least-outstanding` (docs/model-balancers-switch.md, section 3): the connections of a host, and which of them its messages take. */
export class Connections {
  readonly #view: JobView;
  /** By destination host. */
  readonly #of = new Map<number, readonly Connection[]>();
  readonly #taken = new Map<number, Connection>();

  constructor(view: JobView, host: number, mostConnections: number) {
    const { topology, plan, scenario } = view.input;
    const { torOfHost } = topology;
    this.#view = view;
    const stream = setupStream(scenario.seed, 'hpn', host);
    for (let flow = plan.hostOffset[host]!; flow < plan.hostOffset[host + 1]!; flow++) {
      const destination = plan.dstHost[flow]!;
      if (!view.owns(flow) || torOfHost[host] === torOfHost[destination] || this.#of.has(destination)) continue;
      const { ids } = topology.pathsBetween(torOfHost[host]!, torOfHost[destination]!);
      const count = Math.min(mostConnections, ids.length);
      const first = stream.integer(ids.length);
      const places = Array.from({ length: count }, (_, j) => (first + Math.floor((j * ids.length) / count)) % ids.length);
      this.#of.set(
        destination,
        places.map((place) => ({ path: ids[place]!, outstandingBytes: 0 })),
      );
    }
  }

  notePosted(flow: number): void {
    const { plan } = this.#view.input;
    const connections = this.#of.get(plan.dstHost[flow]!);
    if (connections === undefined) return;
    const fewest = Math.min(...connections.map(({ outstandingBytes }) => outstandingBytes));
    const isLast = this.#view.bugs.has('last-of-equal-connections');
    const hasFewest = ({ outstandingBytes }: Connection): boolean => outstandingBytes === fewest;
    const connection = (isLast ? connections.findLast(hasFewest) : connections.find(hasFewest))!;
    this.#taken.set(flow, connection);
    connection.outstandingBytes += plan.bytes[flow]!;
  }

  noteComplete(flow: number): void {
    const connection = this.#taken.get(flow);
    if (connection !== undefined && !this.#view.bugs.has('completions-unheard'))
      connection.outstandingBytes -= this.#view.input.plan.bytes[flow]!;
  }

  /** null: the flow stays in its rack. */
  pathOf(flow: number): number | null {
    return this.#taken.get(flow)?.path ?? null;
  }
}
