import type { DctcpUecSpec } from '../../../sim/base/transport-spec.ts';
import type { AckNews, CongestionControl, ControlContext, TrimNews } from '../congestion.ts';
import { clamp } from './clamp.ts';

/** docs/model-congestion.md, section 2. */
export class DctcpUec implements CongestionControl {
  readonly #fullBytes: number;
  readonly #min: number;
  readonly #max: number;
  readonly #decrease: number;
  #cwnd: number;

  constructor(spec: DctcpUecSpec, { limits, fullBytes, lineBps, bugs }: ControlContext) {
    this.#fullBytes = fullBytes;
    this.#min = spec.minWindowBytes ?? fullBytes;
    this.#max = spec.maxWindowBytes ?? 1.5 * ((limits.baseRttPs * lineBps) / 8e12);
    this.#decrease = bugs.has('half-of-the-marked-bytes') ? 1 / 2 : spec.decrease;
    this.#cwnd = spec.initialWindowBytes ?? this.#max;
  }

  windowBytes = (): number => this.#cwnd;
  rateBps = (): number => Infinity;

  hearAck({ newlyBytes, marked }: AckNews): void {
    if (marked) this.#set(this.#cwnd - newlyBytes * this.#decrease);
    else this.#set(this.#cwnd + (newlyBytes * this.#fullBytes) / this.#cwnd);
  }

  hearTrim({ bytes }: TrimNews): void {
    this.#set(this.#cwnd - bytes);
  }

  hearLoss(): void {
    this.giveUpPacket();
  }

  giveUpPacket(): void {
    this.#set(this.#cwnd - this.#fullBytes);
  }

  hearTimeout(bytes: number): void {
    this.#set(bytes > 0 ? this.#cwnd - bytes : this.#min);
  }

  hearTransmission(): void {}
  close(): void {}

  #set(cwnd: number): void {
    this.#cwnd = clamp(cwnd, this.#min, this.#max);
  }
}
