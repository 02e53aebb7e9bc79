import type { HpccSpec } from '../../../sim/base/transport-spec.ts';
import type { AckNews, CongestionControl, ControlContext, TrimNews } from '../congestion.ts';
import type { Stamp } from '../packet.ts';
import { clamp } from './clamp.ts';

/** docs/model-congestion.md, section 5. */
export class Hpcc implements CongestionControl {
  readonly #spec: HpccSpec;
  readonly #context: ControlContext;
  readonly #baseRttPs: number;
  readonly #min: number;
  readonly #initial: number;
  readonly #increase: number;
  #window: number;
  #reference: number;
  #utilisation = 1;
  #stage = 0;
  #lastUpdate = 0;
  #cutEnd = 0;
  #stored: readonly Stamp[] = [];

  constructor(spec: HpccSpec, context: ControlContext) {
    const { limits, lineBps, fullBytes } = context;
    this.#spec = spec;
    this.#context = context;
    this.#baseRttPs = limits.baseRttPs;
    this.#min = spec.minWindowBytes ?? fullBytes;
    this.#initial = (limits.baseRttPs * lineBps) / 8e12;
    this.#increase = ((spec.additiveIncreaseBps ?? lineBps / 2500) * limits.baseRttPs) / 8e12;
    this.#window = this.#initial;
    this.#reference = this.#initial;
  }

  windowBytes = (): number => this.#window;
  rateBps = (): number => Math.min(this.#context.lineBps, (this.#window * 8e12) / this.#baseRttPs);

  hearAck({ una, next, stamps }: AckNews): void {
    if (una >= this.#cutEnd) this.#cutEnd = 0;
    if (stamps.length === 0) return;
    const areKnown = stamps.length === this.#stored.length && stamps.every(({ link }, i) => link === this.#stored[i]!.link);
    if (!areKnown) {
      this.#stored = stamps;
      this.#lastUpdate = next;
      return;
    }
    if (stamps.some(({ startPs }, i) => startPs <= this.#stored[i]!.startPs)) return;
    this.#measure(stamps);
    this.#update(una, next);
  }

  hearTrim({ next }: TrimNews): void {
    if (this.#cutEnd !== 0) return;
    this.#window = Math.max(this.#min, this.#window / 2);
    this.#reference = this.#window;
    this.#stage = 0;
    this.#cutEnd = next;
  }

  hearLoss(): void {}
  hearTimeout(): void {}
  hearTransmission(): void {}
  close(): void {}

  #measure(stamps: readonly Stamp[]): void {
    const { bugs, linkRateBps } = this.#context;
    let largest = -Infinity;
    let largestDtPs = 0;
    stamps.forEach(({ link, startPs, sentBytes, queueBytes }, i) => {
      const before = this.#stored[i]!;
      const rateBps = linkRateBps(link);
      const dtPs = startPs - before.startPs;
      const sending = (8e12 * (sentBytes - before.sentBytes)) / dtPs / rateBps;
      const waitingBytes = (bugs.has('larger-of-two-queues') ? Math.max : Math.min)(queueBytes, before.queueBytes);
      const waiting = (8e12 * waitingBytes) / (rateBps * this.#baseRttPs);
      if (sending + waiting <= largest) return;
      largest = sending + waiting;
      largestDtPs = dtPs;
    });
    const tau = Math.min(largestDtPs, this.#baseRttPs);
    this.#utilisation = (1 - tau / this.#baseRttPs) * this.#utilisation + (tau / this.#baseRttPs) * largest;
    this.#stored = stamps;
  }

  #update(una: number, next: number): void {
    const { eta, maxStage } = this.#spec;
    const isFull = this.#utilisation >= eta || this.#stage >= maxStage;
    const window = isFull ? this.#reference / (this.#utilisation / eta) + this.#increase : this.#reference + this.#increase;
    this.#window = clamp(window, this.#min, this.#initial);
    if (una <= this.#lastUpdate) return;
    this.#reference = this.#window;
    this.#stage = isFull ? 0 : this.#stage + 1;
    this.#lastUpdate = next;
  }
}
