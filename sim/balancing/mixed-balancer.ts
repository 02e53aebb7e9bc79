import type { JobFlows } from '../base/job-flows.ts';
import type { HostBalancer, PacketBalancer } from './packet-balancer.ts';

/** What hosts ask of point B of the balancers of several jobs: each flow has that of its job, under its number there. */
export class MixedBalancer implements HostBalancer {
  readonly hearsFeedback: boolean;
  readonly hearsFlows: boolean;
  readonly #balancers: readonly PacketBalancer[];
  readonly #jobOfFlow: Uint8Array;
  readonly #ownFlow: Int32Array;

  constructor(balancers: readonly PacketBalancer[], { jobOfFlow, ownFlow }: JobFlows) {
    this.hearsFeedback = balancers.some((balancer) => balancer.hearsFeedback);
    this.hearsFlows = balancers.some((balancer) => balancer.hearsFlows);
    this.#balancers = balancers;
    this.#jobOfFlow = jobOfFlow;
    this.#ownFlow = ownFlow;
  }

  next(flow: number, host: number, sizeBytes: number): number {
    return this.#balancers[this.#jobOfFlow[flow]!]!.next(this.#ownFlow[flow]!, host, sizeBytes);
  }

  onAck(flow: number, entropy: number, isMarked: boolean, seq: number): void {
    const balancer = this.#balancers[this.#jobOfFlow[flow]!]!;
    if (balancer.hearsFeedback) balancer.onAck(this.#ownFlow[flow]!, entropy, isMarked, seq);
  }

  onNack(flow: number, entropy: number, isLastHop: boolean, isMarked: boolean): void {
    const balancer = this.#balancers[this.#jobOfFlow[flow]!]!;
    if (balancer.hearsFeedback) balancer.onNack(this.#ownFlow[flow]!, entropy, isLastHop, isMarked);
  }

  onGoBack(flow: number): void {
    const balancer = this.#balancers[this.#jobOfFlow[flow]!]!;
    if (balancer.hearsFeedback) balancer.onGoBack(this.#ownFlow[flow]!);
  }

  onTimeout(flow: number, entropy: number): void {
    this.#balancers[this.#jobOfFlow[flow]!]!.onTimeout(this.#ownFlow[flow]!, entropy);
  }

  onPosted(flow: number): void {
    this.#balancers[this.#jobOfFlow[flow]!]!.onPosted(this.#ownFlow[flow]!);
  }

  onComplete(flow: number): void {
    this.#balancers[this.#jobOfFlow[flow]!]!.onComplete(this.#ownFlow[flow]!);
  }
}
