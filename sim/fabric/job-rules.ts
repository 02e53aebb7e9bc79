import type { Prober } from '../balancing/packet-balancer.ts';
import type { CreditGate } from '../transport/credit-gate.ts';
import type { PullState } from '../transport/pull-queue.ts';

/** What hosts must know of the job that a flow belongs to. */
export interface JobRules {
  /** Infinity: no timers. */
  readonly rtoPs: number;
  /** false: go-back-N, whose NACKs say nothing of the path of a packet. */
  readonly nacksAreTrims: boolean;
  /** The balancer hears of timeouts of whole flows; senders with records tell it of each packet. */
  readonly hearsFlowTimeouts: boolean;
  /** null: senders need no credit. */
  readonly credit: CreditGate | null;
  /** One for all jobs that share their pull queues; null without `credit`. */
  readonly pulls: PullState | null;
  /** null: the balancer sends no probes. */
  readonly prober: Prober | null;
}
