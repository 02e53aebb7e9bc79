import type { Schedule } from '../base/schedule.ts';
import type { MessageBalancer } from './message-balancer.ts';
import type { PieceList } from './piece-list.ts';

/**
 * `ecmp-split`: every message, a rack-local one too, becomes k hashed flows of floor(B / k) bytes, the last one with the rest.
 * Called MP-RDMA-k in the evaluation of Ethereal (arXiv 2407.00550); NCCL's split over k queue pairs is the same. Empty pieces are
 * not made: a message of B < k bytes is the one piece that is left, and so is an empty message.
 */
export class EcmpSplit implements MessageBalancer {
  readonly limitedFlows = 0;
  readonly #bytes: Float64Array;
  readonly #k: number;

  constructor(schedule: Schedule, k: number) {
    this.#bytes = schedule.bytes;
    this.#k = k;
  }

  planHost(_host: number, sends: Int32Array, pieces: PieceList): void {
    const k = this.#k;
    for (let m = 0; m < sends.length; m++) {
      const bytes = this.#bytes[sends[m]!]!;
      const part = Math.floor(bytes / k);
      pieces.open(m);
      if (part > 0) for (let j = 0; j < k - 1; j++) pieces.push(-1, part);
      pieces.push(-1, bytes - (k - 1) * part);
    }
  }
}
