import type { SharedBufferSpec } from '../base/device-spec.ts';
import { defaultHeadroomBytes } from '../derive.ts';
import { PORT_MASK } from '../engine/record.ts';
import type { LazyPortsInput } from './lazy-ports-input.ts';
import { PfcPorts } from './pfc-ports.ts';
import { CONTROL } from './port-state.ts';
import { arena, doubles } from '../engine/arena.ts';

/**
 * `shared`: one buffer a switch, dynamic thresholds (Choudhury and Hahne 1998) by ingress port and class, and priority flow control
 * (IEEE 802.1Qbb), as in the simulator of HPCC (SIGCOMM'19).
 *
 * An account that lags behind is too large, and its threshold too small. So what passes every test in spite of that is right; only what
 * does not makes all ports of the switch catch up, and is tested again.
 */
export class SharedBufferPorts extends PfcPorts {
  readonly #reserveBytes: number;
  readonly #resumeOffsetBytes: number;
  readonly #scale: number;
  readonly #egressScale: number | null;
  readonly #pfc: boolean;
  readonly #headroomBytes: Float64Array;
  /** Where the bytes in the headroom begin, in doubles, by account and queue. */
  readonly #inHeadroomAt: number;
  /** Where what is left of what the accounts of a switch share begins, in doubles, by switch. */
  readonly #freeAt: number;
  /** By output link and queue. */
  readonly #egressBytes: Float64Array;

  constructor(input: LazyPortsInput & { readonly spec: SharedBufferSpec }) {
    super(input);
    const { spec, topology, engine } = input;
    const { hosts, switches, portOffset, portLink, linkReverse, linkRateBps, linkDelayPs } = topology;
    this.#reserveBytes = spec.reserveBytes;
    this.#resumeOffsetBytes = spec.resumeOffsetBytes;
    this.#scale = 2 ** spec.shift;
    this.#egressScale = spec.egressShift === null ? null : 2 ** spec.egressShift;
    this.#pfc = spec.pfc;
    this.#headroomBytes = Float64Array.from({ length: topology.links }, (_, account) => {
      const into = linkReverse[account]!;
      return spec.headroomBytes ?? defaultHeadroomBytes({ rateBps: linkRateBps[into]!, delayPs: linkDelayPs[into]! });
    });
    this.#inHeadroomAt = engine.region.doubles(topology.links * this.queues);
    this.#egressBytes = new Float64Array(spec.egressShift === null ? 0 : topology.links * this.queues);
    this.#freeAt = engine.region.doubles(switches);
    for (let s = 0; s < switches; s++) {
      let pool = spec.bufferBytes;
      for (let i = portOffset[hosts + s]!; i < portOffset[hosts + s + 1]!; i++) {
        pool -= this.#headroomBytes[portLink[i]!]! + spec.reserveBytes;
      }
      doubles[this.#freeAt + s] = pool;
    }
  }

  protected arrive(address: number, link: number, _type: number, queue: number, sizeBytes: number): void {
    if (queue === CONTROL) {
      this.queuePacket(address, link, queue, sizeBytes);
      return;
    }
    const account = this.enter(address, link, arena[address]! & PORT_MASK);
    const isSafe = this.#isSafe(account, link, queue, sizeBytes);
    if (!isSafe) {
      this.catchUp(this.switchOf(link));
      if (this.#isRefused(account, link, queue, sizeBytes)) {
        this.drops[link]!++;
        return;
      }
    }
    this.#add(account, link, queue, sizeBytes);
    this.queuePacket(address, link, queue, sizeBytes);
    if (isSafe || !this.#pfc || this.isTold(account, queue)) return;
    const place = account * this.queues + queue;
    // Where nothing is left no departure could ever resume it.
    if (doubles[this.ingressAt + place]! + doubles[this.#inHeadroomAt + place]! === 0) return;
    if (doubles[this.#inHeadroomAt + place]! > 0 || this.#usedBytes(place) >= this.#thresholdBytes(account)) this.tellPause(account, queue);
  }

  protected override departed(address: number, link: number, queue: number, sizeBytes: number): void {
    const account = this.accountOf(address);
    const place = account * this.queues + queue;
    const inHeadroom = doubles[this.#inHeadroomAt + place]!;
    const fromHeadroom = Math.min(inHeadroom, sizeBytes);
    const fromShared = Math.min(sizeBytes - fromHeadroom, this.#usedBytes(place));
    if (fromHeadroom > 0) {
      doubles[this.#inHeadroomAt + place] = inHeadroom - fromHeadroom;
      if (inHeadroom === fromHeadroom) this.keepOrder(account, -1);
    }
    doubles[this.ingressAt + place]! -= sizeBytes - fromHeadroom;
    doubles[this.#freeAt + this.switchOf(account)]! += fromShared;
    if (this.#egressScale !== null) this.#egressBytes[link * this.queues + queue]! -= sizeBytes;
    if (!this.isTold(account, queue) || doubles[this.#inHeadroomAt + place]! > 0) return;
    const used = this.#usedBytes(place);
    if (used === 0 || used + this.#resumeOffsetBytes <= this.#thresholdBytes(account)) this.tellResume(account, queue);
  }

  /** Neither refused nor put into the headroom nor a reason for a PAUSE, even if accounts lag behind. */
  #isSafe(account: number, link: number, queue: number, sizeBytes: number): boolean {
    const place = account * this.queues + queue;
    if (doubles[this.#inHeadroomAt + place]! > 0) return false;
    const scale = this.#scale;
    const freeBytes = this.#freeBytes(account);
    const overBytes = doubles[this.ingressAt + place]! - this.#reserveBytes;
    if (sizeBytes + Math.max(0, overBytes) > Math.floor(freeBytes / scale)) return false;
    const freeAfter = freeBytes - sizeBytes;
    if (Math.max(0, overBytes + sizeBytes) >= Math.floor(freeAfter / scale)) return false;
    return (
      this.#egressScale === null || sizeBytes + this.#egressBytes[link * this.queues + queue]! <= Math.floor(freeAfter / this.#egressScale)
    );
  }

  #isRefused(account: number, link: number, queue: number, sizeBytes: number): boolean {
    const place = account * this.queues + queue;
    const noHeadroom = sizeBytes + doubles[this.#inHeadroomAt + place]! > this.#headroomBytes[account]!;
    if (noHeadroom && sizeBytes + this.#usedBytes(place) > this.#thresholdBytes(account)) return true;
    if (this.#egressScale === null) return false;
    return sizeBytes + this.#egressBytes[link * this.queues + queue]! > Math.floor(this.#freeBytes(account) / this.#egressScale);
  }

  #add(account: number, link: number, queue: number, sizeBytes: number): void {
    const place = account * this.queues + queue;
    const ingress = doubles[this.ingressAt + place]! + sizeBytes;
    const used = ingress - this.#reserveBytes;
    if (used <= 0) {
      doubles[this.ingressAt + place] = ingress;
    } else if (used > this.#thresholdBytes(account)) {
      if (doubles[this.#inHeadroomAt + place] === 0) this.keepOrder(account, 1);
      doubles[this.#inHeadroomAt + place]! += sizeBytes;
    } else {
      doubles[this.ingressAt + place] = ingress;
      doubles[this.#freeAt + this.switchOf(account)]! -= Math.min(sizeBytes, used);
    }
    if (this.#egressScale !== null) this.#egressBytes[link * this.queues + queue]! += sizeBytes;
  }

  #usedBytes(place: number): number {
    return Math.max(0, doubles[this.ingressAt + place]! - this.#reserveBytes);
  }

  #freeBytes(account: number): number {
    return doubles[this.#freeAt + this.switchOf(account)]!;
  }

  #thresholdBytes(account: number): number {
    return Math.floor(this.#freeBytes(account) / this.#scale);
  }
}
