import type { LosslessInputSpec } from '../base/device-spec.ts';
import { PORT_MASK } from '../engine/record.ts';
import type { LazyPortsInput } from './lazy-ports-input.ts';
import { PfcPorts } from './pfc-ports.ts';
import { CONTROL } from './port-state.ts';
import { arena, doubles } from '../engine/arena.ts';

/** `lossless-input`, as in htsim: a neighbour is paused while more than so many bytes that came from it are in the switch. */
export class LosslessInputPorts extends PfcPorts {
  readonly #pauseBytes: number;
  readonly #resumeBytes: number;

  constructor(input: LazyPortsInput & { readonly spec: LosslessInputSpec }) {
    super(input);
    this.#pauseBytes = input.spec.pauseBytes;
    this.#resumeBytes = input.spec.resumeBytes;
  }

  protected arrive(address: number, link: number, _type: number, queue: number, sizeBytes: number): void {
    if (queue === CONTROL) {
      this.queuePacket(address, link, queue, sizeBytes);
      return;
    }
    const account = this.enter(address, link, arena[address]! & PORT_MASK);
    const place = account * this.queues + queue;
    // An account that lags behind is too large: it decides nothing.
    if (doubles[this.ingressAt + place]! + sizeBytes > this.#pauseBytes && !this.isTold(account, queue)) {
      this.catchUp(this.switchOf(link));
    }
    doubles[this.ingressAt + place]! += sizeBytes;
    this.queuePacket(address, link, queue, sizeBytes);
    if (doubles[this.ingressAt + place]! > this.#pauseBytes && !this.isTold(account, queue)) this.tellPause(account, queue);
  }

  protected override departed(address: number, _link: number, queue: number, sizeBytes: number): void {
    const account = this.accountOf(address);
    const place = account * this.queues + queue;
    doubles[this.ingressAt + place]! -= sizeBytes;
    if (this.isTold(account, queue) && doubles[this.ingressAt + place]! < this.#resumeBytes) this.tellResume(account, queue);
  }
}
