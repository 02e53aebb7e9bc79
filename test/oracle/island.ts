import type { Simulation } from './simulation.ts';

const CLASS = 2047;

/** Whom an island tells of a message. */
export interface IslandListener {
  readonly arrived: (send: number) => void;
  readonly ended: (send: number) => void;
  /** An event of the host that a rank uses, what its NIC does around it included. */
  readonly around: (rank: number, handle: () => void) => void;
}

/** docs/model-servers.md: the GPUs of all servers, and the messages between those of one. */
export class Islands {
  readonly #simulation: Simulation;
  readonly #listener: IslandListener;
  readonly #egressFreeAtPs = new Map<number, number>();
  readonly #ingressFreeAtPs = new Map<number, number>();

  constructor(simulation: Simulation, listener: IslandListener) {
    this.#simulation = simulation;
    this.#listener = listener;
  }

  /** Are source and destination GPUs of one server? */
  carries(send: number): boolean {
    const { schedule, scenario } = this.#simulation.input;
    const { server } = scenario.topology;
    if (server === undefined) return false;
    return Math.floor(schedule.rank[send]! / server.gpus) === Math.floor(schedule.peer[send]! / server.gpus);
  }

  /** Step 1. */
  post(send: number): void {
    const { schedule } = this.#simulation.input;
    const source = schedule.rank[send]!;
    const { bugs, now } = this.#simulation;
    const begins = Math.max(now, bugs.has('islands-without-egress') ? 0 : (this.#egressFreeAtPs.get(source) ?? 0));
    this.#egressFreeAtPs.set(source, begins + this.#portTimePs(send));
    const head = bugs.has('islands-store-and-forward') ? this.#portTimePs(send) : 0;
    this.#at(schedule.peer[send]!, begins + head + this.#delayPs, 4 * send, () => this.#headArrives(send));
  }

  /** Step 2. */
  #headArrives(send: number): void {
    const destination = this.#simulation.input.schedule.peer[send]!;
    const freeAt = this.#simulation.bugs.has('islands-without-ingress') ? 0 : (this.#ingressFreeAtPs.get(destination) ?? 0);
    const ends = Math.max(this.#simulation.now, freeAt) + this.#portTimePs(send);
    this.#ingressFreeAtPs.set(destination, ends);
    this.#at(destination, ends, 4 * send + 1, () => this.#arrives(send));
  }

  /** Step 3; step 4 ends it. */
  #arrives(send: number): void {
    const source = this.#simulation.input.schedule.rank[send]!;
    this.#listener.arrived(send);
    const backPs = this.#simulation.bugs.has('islands-tell-at-once') ? 0 : this.#delayPs;
    this.#at(source, this.#simulation.now + backPs, 4 * send + 2, () => this.#listener.ended(send));
  }

  #at(rank: number, timePs: number, id: number, handle: () => void): void {
    const host = this.#simulation.input.topology.hostOfRank[rank]!;
    this.#simulation.scheduleLocal(timePs, host, CLASS, id, () => this.#listener.around(rank, handle));
  }

  get #delayPs(): number {
    return this.#simulation.input.scenario.topology.server!.nvlink.delayPs;
  }

  #portTimePs(send: number): number {
    const { server } = this.#simulation.input.scenario.topology;
    return Math.max(1, Math.round((8e12 * this.#simulation.input.schedule.bytes[send]!) / server!.nvlink.rateBps));
  }
}
