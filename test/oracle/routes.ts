import type { Scenario } from '../../sim/base/scenario.ts';
import type { Topology } from '../../sim/base/topology.ts';
import { buildTopology } from '../../topologies/build-topology.ts';
import { isDownWithin, timedFailures, type TimedFailure } from './faults.ts';

/** The fabric as the switches know it during an epoch. */
export interface Routing {
  /** Of the set of withdrawn cables; empty: none. */
  readonly key: string;
  readonly topology: Topology;
}

/** docs/model-failures.md, section 5. */
export class Routes {
  readonly #scenario: Scenario;
  readonly #ranks: number;
  readonly #topology: Topology;
  readonly #failures: readonly TimedFailure[];
  readonly #known = new Map<string, Routing>();

  constructor(scenario: Scenario, topology: Topology, ranks: number) {
    this.#scenario = scenario;
    this.#ranks = ranks;
    this.#topology = topology;
    this.#failures = timedFailures(topology, scenario.failures);
    this.#known.set('', { key: '', topology });
  }

  /** Without any withdrawal. */
  get whole(): Routing {
    return this.#known.get('')!;
  }

  at(timePs: number): Routing {
    const cables = this.#withdrawnAt(timePs);
    const key = cables.join(' ');
    const routing = this.#known.get(key) ?? { key, topology: this.#without(cables) };
    this.#known.set(key, routing);
    return routing;
  }

  /** Names of the cables, each once. */
  #withdrawnAt(timePs: number): string[] {
    const cables = new Set<string>();
    for (const { course, links } of this.#failures) {
      const { fault } = course;
      if (fault.kind !== 'down' && fault.kind !== 'flap') continue;
      const seenPs = timePs - fault.convergePs;
      if (isDownWithin(course, seenPs, seenPs + 1)) for (const link of links) cables.add(this.#nameOf(link));
    }
    return [...cables].sort();
  }

  #nameOf(link: number): string {
    const { linkFrom, linkTo, linkReverse, nodeNames, links } = this.#topology;
    const up = linkFrom[link]! < linkTo[link]! ? link : linkReverse[link]!;
    const bundle = Array.from({ length: links }, (_, other) => other).filter(
      (other) => linkFrom[other] === linkFrom[up] && linkTo[other] === linkTo[up],
    );
    const name = `${nodeNames[linkFrom[up]!]}-${nodeNames[linkTo[up]!]}`;
    return bundle.length === 1 ? name : `${name}-${bundle.indexOf(up)}`;
  }

  #without(cables: readonly string[]): Topology {
    const { topology, failures, seed } = this.#scenario;
    const dead = failures.filter(({ course }) => course === undefined);
    return buildTopology(topology, [...dead, ...cables.map((link) => ({ link }))], this.#ranks, seed);
  }
}
