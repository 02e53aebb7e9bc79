import type { Schedule } from '../base/schedule.ts';
import type { MessageBalancer } from './message-balancer.ts';
import type { PieceList } from './piece-list.ts';

/**
 * One unpinned flow a message: `ecmp` (RFC 2992), where every switch hashes the flow, and the packet sprays `spray`, `drb` and
 * `spray-switch-rr`, which decide later, packet by packet.
 */
export class Unsplit implements MessageBalancer {
  readonly limitedFlows = 0;
  readonly #bytes: Float64Array;

  constructor(schedule: Schedule) {
    this.#bytes = schedule.bytes;
  }

  planHost(_host: number, sends: Int32Array, pieces: PieceList): void {
    for (let m = 0; m < sends.length; m++) pieces.whole(m, -1, this.#bytes[sends[m]!]!);
  }
}
