import { queueLimitPs, serialisationPs } from '../derive.ts';
import { TX } from '../engine/record.ts';
import { doubles } from '../engine/arena.ts';
import { LazyPorts } from './lazy-ports.ts';
import type { LazyPortsInput } from './lazy-ports-input.ts';
import { BUSY_PS, WAITING_PS } from './port-state.ts';

/** `droptail` where something depends on the instant a packet leaves: classes, marking at dequeue, telemetry, failures in time. */
export class DroptailPorts extends LazyPorts {
  readonly #limitPs: Float64Array;

  constructor(input: LazyPortsInput) {
    super(input);
    const { topology, limits, sizes } = input;
    this.#limitPs = topology.linkRateBps.map((rateBps) => queueLimitPs(limits.queueBytes, sizes.fullBytes, rateBps));
    for (let link = 0; link < topology.links; link++) this.easyPs[link] = Math.min(this.easyPs[link]!, this.#limitPs[link]!);
    this.setEasyBytes(Infinity, Infinity);
  }

  protected arrive(address: number, link: number, _type: number, queue: number, sizeBytes: number): void {
    this.setTx(link, sizeBytes);
    const at = this.place(link);
    const factor = this.timeline === null ? 1 : this.factorNow(link);
    const restPs = doubles[at + BUSY_PS]! - this.nowPs();
    const waitingPs = doubles[at + WAITING_PS]! / factor;
    const backlogPs = restPs > 0 ? waitingPs + restPs : waitingPs;
    let limitPs = this.#limitPs[link]!;
    let txPs = doubles[TX]!;
    if (factor < 1) {
      // A queue shrinks with the rate of its link, but a full packet always fits.
      const rateBps = this.topology.linkRateBps[link]! * factor;
      txPs = serialisationPs(sizeBytes, rateBps);
      limitPs = Math.max(limitPs, (this.sizes.fullBytes * 8e12) / rateBps);
    }
    if (backlogPs + txPs > limitPs) this.drops[link]!++;
    else this.queuePacket(address, link, queue, sizeBytes);
  }
}
