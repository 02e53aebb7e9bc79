import type { DcqcnSpec } from '../../../sim/base/transport-spec.ts';
import type { AckNews, CongestionControl, ControlContext, TrimNews } from '../congestion.ts';

/** Of one instant: the notification first. */
const NOTIFICATION = 0;
const TICK = 1;

/** docs/model-congestion.md, section 3, with an event for every notification that waits and for every tick. */
export class Dcqcn implements CongestionControl {
  readonly #spec: DcqcnSpec;
  readonly #context: ControlContext;
  #rate: number;
  #target: number;
  #alpha = 1;
  #ticks = 0;
  #byteSteps = 0;
  #countedBytes = 0;
  #isRunning = false;
  #isPending = false;
  #lastNotificationPs = 0;
  /** When the next tick is due. */
  #tickPs = Infinity;

  constructor(spec: DcqcnSpec, context: ControlContext) {
    this.#spec = spec;
    this.#context = context;
    this.#rate = context.lineBps;
    this.#target = context.lineBps;
  }

  windowBytes = (): number => Infinity;
  rateBps = (): number => this.#rate;

  hearAck({ marked, timePs }: AckNews): void {
    if (marked) this.#mark(timePs);
  }

  hearTrim({ timePs }: TrimNews): void {
    this.#mark(timePs);
  }

  hearLoss(): void {}
  hearTimeout(): void {}

  hearTransmission(bytes: number): void {
    if (!this.#isRunning) return;
    this.#countedBytes += bytes;
    while (this.#countedBytes >= this.#spec.byteCounterBytes) {
      this.#countedBytes -= this.#spec.byteCounterBytes;
      this.#byteSteps++;
      this.#increase();
    }
  }

  close(): void {
    this.#isRunning = false;
    this.#isPending = false;
  }

  #mark(timePs: number): void {
    const allowedPs = this.#lastNotificationPs + this.#spec.cnpIntervalPs;
    if (!this.#isRunning || timePs >= allowedPs || this.#context.bugs.has('notification-for-every-mark')) {
      this.#notify(timePs);
    } else if (!this.#isPending) {
      this.#isPending = true;
      this.#context.schedule(allowedPs, NOTIFICATION, () => {
        if (this.#isPending) this.#notify(allowedPs);
      });
    }
  }

  #notify(timePs: number): void {
    const { g, minRateBps, timerPs } = this.#spec;
    this.#target = this.#rate;
    this.#rate = Math.max(minRateBps, this.#rate * (1 - this.#alpha / 2));
    this.#alpha = (1 - g) * this.#alpha + g;
    this.#ticks = 0;
    this.#byteSteps = 0;
    this.#countedBytes = 0;
    this.#lastNotificationPs = timePs;
    this.#isPending = false;
    this.#isRunning = true;
    this.#tickAt(timePs + timerPs);
  }

  #tickAt(timePs: number): void {
    this.#tickPs = timePs;
    this.#context.schedule(timePs, TICK, () => {
      if (this.#isRunning && this.#tickPs === timePs) this.#tick(timePs);
    });
  }

  #tick(timePs: number): void {
    this.#alpha = (1 - this.#spec.g) * this.#alpha;
    if (this.#alpha < 1e-12) this.#alpha = 0;
    this.#ticks++;
    this.#increase();
    this.#tickAt(timePs + this.#spec.timerPs);
  }

  #increase(): void {
    const { fastRecovery, additiveIncreaseBps, hyperIncreaseBps } = this.#spec;
    const { lineBps } = this.#context;
    if (this.#rate >= lineBps) return;
    const most = Math.max(this.#ticks, this.#byteSteps);
    const least = Math.min(this.#ticks, this.#byteSteps);
    if (least > fastRecovery) this.#target += (least - fastRecovery) * (hyperIncreaseBps ?? lineBps / 10);
    else if (most > fastRecovery) this.#target += additiveIncreaseBps ?? lineBps / 20;
    this.#rate = Math.min(lineBps, (this.#target + this.#rate) / 2);
  }
}
