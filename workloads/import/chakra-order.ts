import { ImportError } from '../../sim/base/errors.ts';
import { MinHeap } from '../../sim/base/min-heap.ts';
import type { Activity, Unit } from './chakra-activity.ts';
import type { TraceGraph } from './chakra-graph.ts';
import type { Matching } from './chakra-match.ts';
import { findCircle } from './finish-import.ts';

/** A node of a rank; for a collective any of its members. */
export interface Step {
  readonly rank: number;
  readonly node: number;
}

export interface StartOrder {
  /**
   * Every activity once, each after all it waits for. A collective stands where its last member joins, a receive where it can complete.
   */
  readonly steps: readonly Step[];
  /** previousOnUnit[rank][node]: the node that had the unit of the rank before, or -1. */
  readonly previousOnUnit: readonly Int32Array[];
}

const UNITS: readonly Unit[] = ['cpu', 'compute', 'network'];

/** Unit that an activity occupies, as an index of UNITS; -1: none. */
function unitOf(activity: Activity): number {
  if (activity.kind === 'compute') return UNITS.indexOf(activity.unit);
  return activity.kind === 'collective' || activity.kind === 'send' ? UNITS.indexOf('network') : -1;
}

/**
 * The order in which the activities of each rank get its units. ASTRA-sim has one CPU operation, one compute and one communication of a
 * rank in flight (receives exempt) and starts the ready node of lowest id; which nodes are ready depends on how long communication
 * takes, so its order is known only while it runs. A Schedule needs a fixed one: this is ASTRA-sim's order on an infinitely fast
 * network, computes at their durations. It never makes ranks wait for each other in a circle unless the traces do.
 *
 * @throws ImportError when the traces wait for each other in a circle across ranks; the message prints one
 */
export function startOrder(graphs: readonly TraceGraph[], activities: readonly (readonly Activity[])[], matching: Matching): StartOrder {
  return new Replay(graphs, activities, matching).run();
}

class Replay {
  readonly #graphs: readonly TraceGraph[];
  readonly #activities: readonly (readonly Activity[])[];
  readonly #matching: Matching;
  readonly #steps: Step[] = [];
  readonly #previousOnUnit: Int32Array[];
  readonly #waiting: Int32Array[];
  /** Started or posted. */
  readonly #started: Uint8Array[];
  readonly #ended: Uint8Array[];
  readonly #joined: Int32Array;
  /** Of each rank and unit: nodes that are ready, the node under way (or -1), and the one before. */
  readonly #ready: MinHeap<number>[][];
  readonly #running: Int32Array[];
  readonly #last: Int32Array[];
  readonly #computes = new MinHeap<Step & { readonly endPs: number }>((a, b) =>
    a.endPs !== b.endPs ? a.endPs < b.endPs : a.rank !== b.rank ? a.rank < b.rank : a.node < b.node,
  );
  #nowPs = 0;
  #ending: Step[] = [];

  constructor(graphs: readonly TraceGraph[], activities: readonly (readonly Activity[])[], matching: Matching) {
    this.#graphs = graphs;
    this.#activities = activities;
    this.#matching = matching;
    this.#previousOnUnit = graphs.map(({ nodes }) => new Int32Array(nodes.length).fill(-1));
    this.#waiting = graphs.map(({ deps }) => Int32Array.from(deps, (waits) => waits.length));
    this.#started = graphs.map(({ nodes }) => new Uint8Array(nodes.length));
    this.#ended = graphs.map(({ nodes }) => new Uint8Array(nodes.length));
    this.#joined = new Int32Array(matching.collectives.length);
    this.#ready = graphs.map(() => UNITS.map(() => new MinHeap<number>((a, b) => a < b)));
    this.#running = graphs.map(() => new Int32Array(UNITS.length).fill(-1));
    this.#last = graphs.map(() => new Int32Array(UNITS.length).fill(-1));
  }

  run(): StartOrder {
    this.#graphs.forEach(({ nodes }, rank) => {
      nodes.forEach((_, node) => {
        if (this.#waiting[rank]![node] === 0) this.#becomesReady(rank, node);
      });
    });
    this.#startReady(this.#graphs.keys());
    for (;;) {
      // Everything that ends at one moment ends before anything starts: the lowest id of all that became ready goes first.
      while (this.#ending.length > 0) {
        const ending = this.#ending;
        this.#ending = [];
        for (const { rank, node } of ending) this.#end(rank, node);
        this.#startReady(new Set(ending.map(({ rank }) => rank)));
      }
      const next = this.#computes.peek();
      if (next === undefined) break;
      this.#nowPs = next.endPs;
      while (this.#computes.peek()?.endPs === this.#nowPs) this.#ending.push(this.#computes.pop()!);
    }
    this.#checkAllEnded();
    return { steps: this.#steps, previousOnUnit: this.#previousOnUnit };
  }

  #becomesReady(rank: number, node: number): void {
    const activity = this.#activities[rank]![node]!;
    const unit = unitOf(activity);
    if (unit !== -1) {
      this.#ready[rank]![unit]!.push(node);
      return;
    }
    this.#started[rank]![node] = 1;
    if (activity.kind !== 'recv') this.#finish(rank, node);
    else if (this.#started[activity.src]![this.#matching.partner[rank]![node]!] === 1) this.#finish(rank, node);
  }

  #startReady(ranks: Iterable<number>): void {
    for (const rank of ranks) {
      for (let unit = 0; unit < UNITS.length; unit++) {
        if (this.#running[rank]![unit] !== -1) continue;
        const node = this.#ready[rank]![unit]!.pop();
        if (node === undefined) continue;
        this.#running[rank]![unit] = node;
        this.#previousOnUnit[rank]![node] = this.#last[rank]![unit]!;
        this.#last[rank]![unit] = node;
        this.#start(rank, node);
      }
    }
  }

  #start(rank: number, node: number): void {
    const activity = this.#activities[rank]![node]!;
    this.#started[rank]![node] = 1;
    if (activity.kind === 'compute') {
      this.#steps.push({ rank, node });
      this.#computes.push({ rank, node, endPs: this.#nowPs + activity.durationPs });
    } else if (activity.kind === 'send') {
      this.#finish(rank, node);
      const receive = this.#matching.partner[rank]![node]!;
      if (this.#started[activity.dst]![receive] === 1) this.#finish(activity.dst, receive);
    } else {
      const instance = this.#matching.instanceOf[rank]![node]!;
      const { nodes } = this.#matching.collectives[instance]!;
      if (++this.#joined[instance]! < nodes.length) return;
      this.#steps.push({ rank, node });
      this.#ending.push(...nodes);
    }
  }

  /** Takes its place in the order and ends in this moment. */
  #finish(rank: number, node: number): void {
    this.#steps.push({ rank, node });
    this.#ending.push({ rank, node });
  }

  #end(rank: number, node: number): void {
    this.#ended[rank]![node] = 1;
    const unit = unitOf(this.#activities[rank]![node]!);
    if (unit !== -1) this.#running[rank]![unit] = -1;
    for (const waiter of this.#graphs[rank]!.dependents[node]!) {
      if (--this.#waiting[rank]![waiter]! === 0) this.#becomesReady(rank, waiter);
    }
  }

  #checkAllEnded(): void {
    const rank = this.#ended.findIndex((ended) => ended.includes(0));
    if (rank === -1) return;
    const place = (step: Step): string => `${step.rank} ${step.node}`;
    const step = (text: string): Step => {
      const [rank, node] = text.split(' ').map(Number);
      return { rank: rank!, node: node! };
    };
    const start = place({ rank, node: this.#ended[rank]!.indexOf(0) });
    const circle = findCircle(start, (text) => place(this.#waitsFor(step(text)))).map((text) => {
      const { rank, node } = step(text);
      return `node ${this.#graphs[rank]!.nodes[node]!.id} of ${this.#graphs[rank]!.file}`;
    });
    throw new ImportError('E429', `the traces wait for each other in a circle: ${circle.join(' waits for ')}`, {
      where: { file: this.#graphs[rank]!.file },
      hint: 'a rank has one communication in flight; do all ranks call their collectives in one order?',
    });
  }

  /** Something that a node that has not ended is waiting for. */
  #waitsFor({ rank, node }: Step): Step {
    const dep = this.#graphs[rank]!.deps[node]!.find((i) => this.#ended[rank]![i] === 0);
    if (dep !== undefined) return { rank, node: dep };
    const activity = this.#activities[rank]![node]!;
    if (activity.kind === 'recv') return { rank: activity.src, node: this.#matching.partner[rank]![node]! };
    const running = this.#running[rank]![unitOf(activity)]!;
    if (running !== node) return { rank, node: running };
    const { nodes } = this.#matching.collectives[this.#matching.instanceOf[rank]![node]!]!;
    return nodes.find((member) => this.#started[member.rank]![member.node] === 0)!;
  }
}
