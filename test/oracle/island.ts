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
  /** 2.1: the messages of each operation of a switch; and of them, those that are posted and those whose heads are there. */
  readonly #operations = new Map<number, number[]>();
  readonly #posted = new Map<number, number>();
  readonly #heads = new Map<number, number>();

  constructor(simulation: Simulation, listener: IslandListener) {
    this.#simulation = simulation;
    this.#listener = listener;
    const { schedule } = simulation.input;
    for (let op = 0; op < schedule.ops; op++) {
      const operation = schedule.switchOperation?.[op] ?? -1;
      if (operation < 0) continue;
      this.#operations.set(operation, [...(this.#operations.get(operation) ?? []), op]);
    }
  }

  /** Are source and destination GPUs of one server? */
  carries(send: number): boolean {
    const { schedule, scenario } = this.#simulation.input;
    const { server } = scenario.topology;
    if (server === undefined) return false;
    return Math.floor(schedule.rank[send]! / server.gpus) === Math.floor(schedule.peer[send]! / server.gpus);
  }

  /** The messages that cross one end of the switch as one with `send`. */
  #together(send: number, end: 'multicast' | 'sum'): number[] {
    const { schedule } = this.#simulation.input;
    const all = this.#operations.get(schedule.switchOperation?.[send] ?? -1) ?? [send];
    const kind = all.every((other) => schedule.rank[other] === schedule.rank[send]) ? 'multicast' : 'sum';
    return kind === end ? all : [send];
  }

  /** Whether `send` is the last of those that are counted in `counts`. */
  #isLast(together: number[], counts: Map<number, number>): boolean {
    const count = (counts.get(together[0]!) ?? 0) + 1;
    counts.set(together[0]!, count);
    return count === together.length;
  }

  /** Step 1. */
  post(send: number): void {
    const copies = this.#together(send, 'multicast');
    if (!this.#isLast(copies, this.#posted)) return;
    const { schedule } = this.#simulation.input;
    const source = schedule.rank[send]!;
    const { bugs, now } = this.#simulation;
    const begins = Math.max(now, bugs.has('islands-without-egress') ? 0 : (this.#egressFreeAtPs.get(source) ?? 0));
    this.#egressFreeAtPs.set(source, begins + this.#portTimePs(send));
    const head = bugs.has('islands-store-and-forward') ? this.#portTimePs(send) : 0;
    copies.forEach((copy, i) => {
      const laterPs = bugs.has('islands-multicast-in-turn') ? i * this.#portTimePs(send) : 0;
      this.#at(schedule.peer[copy]!, begins + laterPs + head + this.#delayPs, 4 * copy, () => this.#headArrives(copy));
    });
  }

  /** Step 2. */
  #headArrives(send: number): void {
    const destination = this.#simulation.input.schedule.peer[send]!;
    const parts = this.#simulation.bugs.has('islands-without-sums') ? [send] : this.#together(send, 'sum');
    if (!this.#isLast(parts, this.#heads)) return;
    const freeAt = this.#simulation.bugs.has('islands-without-ingress') ? 0 : (this.#ingressFreeAtPs.get(destination) ?? 0);
    const ends = Math.max(this.#simulation.now, freeAt) + this.#portTimePs(send);
    this.#ingressFreeAtPs.set(destination, ends);
    for (const part of parts) this.#at(destination, ends, 4 * part + 1, () => this.#arrives(part));
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
