import type { FailureSpec } from '../sim/base/failure-spec.ts';
import type { FatTreeSpec } from '../sim/base/topology-spec.ts';
import { GraphBuilder } from './graph.ts';
import { cutFailed } from './link-names.ts';

/**
 * The graph of a fat tree, and which of its links live. ToRs are numbered over all pods; an aggregation switch is its number `a` in its
 * pod, a core its aggregation switches' `a` and its number `c` above them.
 */
export class FatTreeLinks {
  readonly graph = new GraphBuilder();
  readonly #aggsPerPod: number;
  readonly #coresPerAgg: number;
  /** Cables are numbered: hosts, then (ToR, a), then (pod, a, c). */
  readonly #firstTorCable: number;
  readonly #firstCoreCable: number;
  readonly #torUp: Uint8Array;
  readonly #coreUp: Uint8Array;
  /** Cores that join two pods in one plane; -1: not counted yet. */
  readonly #joining: Int32Array;
  readonly #pods: number;

  constructor(spec: FatTreeSpec, failures: readonly FailureSpec[]) {
    const { pods, torsPerPod, aggsPerPod, coresPerAgg, hostsPerTor } = spec;
    const tors = pods * torsPerPod;
    const hosts = tors * hostsPerTor;
    const aggs = pods * aggsPerPod;
    const graph = this.graph;
    for (let h = 0; h < hosts; h++) graph.addNode(`host${h}`);
    for (let t = 0; t < tors; t++) graph.addNode(`tor${t}`);
    for (let a = 0; a < aggs; a++) graph.addNode(`agg${a}`);
    for (let c = 0; c < aggsPerPod * coresPerAgg; c++) graph.addNode(`core${c}`);
    for (let h = 0; h < hosts; h++) graph.addCable(h, hosts + Math.floor(h / hostsPerTor), spec.hostLink, false);
    const aggNode = (pod: number, a: number): number => hosts + tors + pod * aggsPerPod + a;
    for (let t = 0; t < tors; t++) {
      for (let a = 0; a < aggsPerPod; a++) graph.addCable(hosts + t, aggNode(Math.floor(t / torsPerPod), a), spec.fabricLink, true);
    }
    for (let pod = 0; pod < pods; pod++) {
      for (let a = 0; a < aggsPerPod; a++) {
        for (let c = 0; c < coresPerAgg; c++)
          graph.addCable(aggNode(pod, a), hosts + tors + aggs + a * coresPerAgg + c, spec.coreLink, true);
      }
    }
    cutFailed(graph, spec, failures);

    this.#pods = pods;
    this.#aggsPerPod = aggsPerPod;
    this.#coresPerAgg = coresPerAgg;
    this.#firstTorCable = hosts;
    this.#firstCoreCable = hosts + tors * aggsPerPod;
    this.#torUp = Uint8Array.from({ length: tors * aggsPerPod }, (_, i) => (graph.isUp(2 * (this.#firstTorCable + i)) ? 1 : 0));
    this.#coreUp = Uint8Array.from({ length: aggs * coresPerAgg }, (_, i) => (graph.isUp(2 * (this.#firstCoreCable + i)) ? 1 : 0));
    this.#joining = new Int32Array(pods * pods * aggsPerPod).fill(-1);
  }

  /** From the ToR to aggregation switch `a` of its pod; the way down is the next number. */
  torUpLink(tor: number, a: number): number {
    return 2 * (this.#firstTorCable + tor * this.#aggsPerPod + a);
  }

  /** From aggregation switch `a` of the pod to its core `c`; the way down is the next number. */
  coreUpLink(pod: number, a: number, c: number): number {
    return 2 * (this.#firstCoreCable + (pod * this.#aggsPerPod + a) * this.#coresPerAgg + c);
  }

  torIsUp(tor: number, a: number): boolean {
    return this.#torUp[tor * this.#aggsPerPod + a] === 1;
  }

  coreIsUp(pod: number, a: number, c: number): boolean {
    return this.#coreUp[(pod * this.#aggsPerPod + a) * this.#coresPerAgg + c] === 1;
  }

  /** Whether a core has live links to both pods. */
  coreJoins(podA: number, podB: number, a: number, c: number): boolean {
    return this.coreIsUp(podA, a, c) && this.coreIsUp(podB, a, c);
  }

  /** How many cores of plane `a` join two pods; inside a pod none is needed, and the answer is 1. */
  coresBetween(podA: number, podB: number, a: number): number {
    if (podA === podB) return 1;
    const key = (podA * this.#pods + podB) * this.#aggsPerPod + a;
    if (this.#joining[key]! < 0) {
      let count = 0;
      for (let c = 0; c < this.#coresPerAgg; c++) if (this.coreJoins(podA, podB, a, c)) count++;
      this.#joining[key] = count;
    }
    return this.#joining[key]!;
  }
}
