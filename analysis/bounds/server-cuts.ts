import type { Schedule } from '../../sim/base/schedule.ts';
import { type SwitchOperations, switchOperations } from '../../sim/base/switch-operations.ts';
import type { ServerSpec } from '../../sim/base/topology-spec.ts';
import { serialisationPs } from '../../sim/derive.ts';

/** What messages inside servers ask of the NVLink ports of their GPUs (docs/model-servers.md 5). */
export class ServerCuts {
  /** From the arrival of a message to the end of its send. */
  readonly returnPs: number;
  readonly #rateBps: number;
  readonly #schedule: Schedule;
  /** Picoseconds that the ports of each rank are busy. */
  readonly #egressPs: Float64Array;
  readonly #ingressPs: Float64Array;
  readonly #operations: SwitchOperations | null;
  /** 1: the port that the messages of an operation of the switch share has been counted. */
  readonly #isShared: Uint8Array;

  constructor({ nvlink }: ServerSpec, schedule: Schedule) {
    this.returnPs = nvlink.delayPs;
    this.#rateBps = nvlink.rateBps;
    this.#schedule = schedule;
    this.#egressPs = new Float64Array(schedule.ranks);
    this.#ingressPs = new Float64Array(schedule.ranks);
    this.#operations = switchOperations(schedule);
    this.#isShared = new Uint8Array(this.#operations?.isMulticast.length ?? 0);
  }

  /** Counts a message, and returns how long after its start it arrives at the earliest. */
  add(send: number): number {
    const busyPs = serialisationPs(this.#schedule.bytes[send]!, this.#rateBps);
    const operation = this.#operations?.ofSend[send] ?? -1;
    const isCounted = operation >= 0 && this.#isShared[operation] === 1;
    const isMulticast = operation >= 0 && this.#operations!.isMulticast[operation] === 1;
    if (!(isCounted && isMulticast)) this.#egressPs[this.#schedule.rank[send]!]! += busyPs;
    if (!isCounted || isMulticast) this.#ingressPs[this.#schedule.peer[send]!]! += busyPs;
    if (operation >= 0) this.#isShared[operation] = 1;
    return busyPs + this.returnPs;
  }

  /** Of the port that is busy longest: its time, and the delays before and after it until the last sender knows. */
  largestPs(): number {
    let largest = 0;
    for (const ports of [this.#egressPs, this.#ingressPs]) for (const busyPs of ports) largest = Math.max(largest, busyPs);
    return largest === 0 ? 0 : largest + 2 * this.returnPs;
  }
}
