import type { DctcpRateSpec, DctcpSpec, FixedSpec, TransportSpec } from '../../sim/base/transport-spec.ts';
import type { Limits } from '../../sim/derive.ts';
import type { Bug } from './bugs.ts';
import { Dcqcn } from './controls/dcqcn.ts';
import { DcqcnMlx } from './controls/dcqcn-mlx.ts';
import { DctcpUec } from './controls/dctcp-uec.ts';
import { Hpcc } from './controls/hpcc.ts';
import { Nscc } from './controls/nscc.ts';
import { Swift } from './controls/swift.ts';
import { Timely } from './controls/timely.ts';
import type { Stamp } from './packet.ts';

/** What a congestion control hears of an ACK. All is as it is after the ACK was taken in, before anything new is sent. */
export interface AckNews {
  readonly newlyBytes: number;
  readonly marked: boolean;
  readonly una: number;
  readonly next: number;
  readonly inFlightBytes: number;
  /** null: the answer gives no sample. */
  readonly rttPs: number | null;
  readonly timePs: number;
  readonly stamps: readonly Stamp[];
}

/** A NACK says that a packet was cut to its header. */
export interface TrimNews {
  readonly bytes: number;
  readonly lastHop: boolean;
  readonly next: number;
  readonly inFlightBytes: number;
  readonly rttPs: number | null;
  readonly timePs: number;
}

/** packet-model.md, section 7, and model-congestion.md. */
export interface CongestionControl {
  /** Infinity: no window. */
  windowBytes(): number;
  /** At least the line rate: not paced. */
  rateBps(): number;
  hearAck(news: AckNews): void;
  hearLoss(next: number, timePs: number): void;
  hearTrim(news: TrimNews): void;
  /** Of one packet of `bytes`, or (0) of all that was outstanding. */
  hearTimeout(bytes: number, timePs: number): void;
  hearTransmission(bytes: number, startPs: number): void;
  /** A balancer gives up a path; absent: the window stays as it is. */
  giveUpPacket?(): void;
  /** The flow is complete: no timer acts any more. */
  close(): void;
}

/** What a congestion control has to know of its flow and of the network. */
export interface ControlContext {
  readonly limits: Limits;
  /** M and P: a full packet on the wire, and its payload. */
  readonly fullBytes: number;
  readonly payloadBytes: number;
  /** R: of the host's link. */
  readonly lineBps: number;
  /** The switches cut what does not fit. */
  readonly trims: boolean;
  /** Links of a shortest path of the flow. */
  readonly hops: number;
  readonly linkRateBps: (link: number) => number;
  /** Acts at an instant before anything else there; of one instant in the order of `place`. */
  readonly schedule: (timePs: number, place: number, act: () => void) => void;
  readonly bugs: ReadonlySet<Bug>;
}

class Fixed implements CongestionControl {
  readonly #window: number;
  readonly #rate: number;

  constructor(spec: FixedSpec) {
    this.#window = spec.windowBytes ?? Infinity;
    this.#rate = spec.rateBps ?? Infinity;
  }

  windowBytes = (): number => this.#window;
  rateBps = (): number => this.#rate;
  hearAck(): void {}
  hearLoss(): void {}
  hearTrim(): void {}
  hearTimeout(): void {}
  hearTransmission(): void {}
  close(): void {}
}

/** DCTCP SIGCOMM'10, RFC 8257, with a window. */
export class Dctcp implements CongestionControl {
  readonly #g: number;
  readonly #packetBytes: number;
  readonly #min: number;
  readonly #cutsAtEveryMark: boolean;
  cwnd: number;
  ssthresh: number;
  alpha = 1;
  #acked = 0;
  #marked = 0;
  #windowEnd = -1;
  #inCwr = false;
  #cwrEnd = -1;

  constructor(spec: DctcpSpec, limits: Limits, packetBytes: number, bugs: ReadonlySet<Bug> = new Set()) {
    this.#g = spec.g;
    this.#packetBytes = packetBytes;
    this.#min = limits.minWindowBytes;
    this.#cutsAtEveryMark = bugs.has('cut-at-every-mark');
    this.cwnd = limits.initialWindowBytes;
    this.ssthresh = this.cwnd;
  }

  windowBytes = (): number => this.cwnd;
  rateBps = (): number => Infinity;

  hearAck({ newlyBytes, marked, una, next }: Pick<AckNews, 'newlyBytes' | 'marked' | 'una' | 'next'>): void {
    this.#acked += newlyBytes;
    if (marked) this.#marked += newlyBytes;
    if (this.#windowEnd < 0) {
      this.#windowEnd = next;
    } else if (una >= this.#windowEnd) {
      const fraction = this.#acked > 0 ? this.#marked / this.#acked : 0;
      this.alpha = (1 - this.#g) * this.alpha + this.#g * fraction;
      this.#acked = 0;
      this.#marked = 0;
      this.#windowEnd = next;
    }
    if (this.#inCwr && una >= this.#cwrEnd) this.#inCwr = false;
    if (marked && (!this.#inCwr || this.#cutsAtEveryMark)) {
      this.#reduceTo(this.cwnd * (1 - this.alpha / 2), next);
    } else if (!this.#inCwr) {
      this.cwnd += this.cwnd < this.ssthresh ? newlyBytes : (this.#packetBytes * newlyBytes) / this.cwnd;
    }
  }

  hearLoss(next: number): void {
    if (!this.#inCwr) this.#reduceTo(this.cwnd / 2, next);
  }

  hearTrim({ next }: TrimNews): void {
    this.hearLoss(next);
  }

  hearTimeout(): void {
    this.ssthresh = Math.max(this.#min, this.cwnd / 2);
    this.cwnd = this.#min;
    this.#inCwr = false;
  }

  hearTransmission(): void {}
  close(): void {}

  #reduceTo(cwnd: number, next: number): void {
    this.cwnd = Math.max(this.#min, cwnd);
    this.ssthresh = this.cwnd;
    this.#inCwr = true;
    this.#cwrEnd = next;
  }
}

/** The rate form of the HPCC ns-3 family and of the Ethereal simulator. */
class DctcpRate implements CongestionControl {
  readonly #spec: DctcpRateSpec;
  readonly #lineBps: number;
  readonly #increasesWhileReduced: boolean;
  #rate: number;
  #alpha = 1;
  #lastUpdate = 0;
  #marks = 0;
  #batch = 0;
  #inCwr = false;
  #first = true;
  #high = 0;

  constructor(spec: DctcpRateSpec, lineBps: number, bugs: ReadonlySet<Bug>) {
    this.#spec = spec;
    this.#lineBps = lineBps;
    this.#increasesWhileReduced = bugs.has('increase-while-reduced');
    this.#rate = lineBps;
  }

  windowBytes = (): number => Infinity;
  rateBps = (): number => this.#rate;

  hearAck({ marked, una, next }: AckNews): void {
    const { g, minRateBps, additiveIncreaseBps } = this.#spec;
    this.#marks += marked ? 1 : 0;
    const newBatch = una > this.#lastUpdate;
    if (newBatch && this.#first) {
      this.#first = false;
      this.#lastUpdate = next;
      this.#batch = next + 1;
    } else if (newBatch) {
      const fraction = Math.min(1, this.#marks / this.#batch);
      this.#alpha = (1 - g) * this.#alpha + g * fraction;
      this.#lastUpdate = next;
      this.#marks = 0;
      this.#batch = next - una + 1;
    }
    if (this.#inCwr && una > this.#high) this.#inCwr = false;
    if (marked && !this.#inCwr) {
      this.#rate = Math.max(minRateBps, this.#rate * (1 - this.#alpha / 2));
      this.#inCwr = true;
      this.#high = next;
    }
    if ((!this.#inCwr || this.#increasesWhileReduced) && newBatch) this.#rate = Math.min(this.#lineBps, this.#rate + additiveIncreaseBps);
  }

  hearLoss(): void {}
  hearTrim(): void {}
  hearTimeout(): void {}
  hearTransmission(): void {}
  close(): void {}
}

/** The congestion control of one flow. */
export function congestionControl(spec: TransportSpec, context: ControlContext): CongestionControl {
  const { limits, fullBytes, lineBps, bugs } = context;
  switch (spec.kind) {
    case 'fixed':
      return new Fixed(spec);
    case 'dctcp':
      return new Dctcp(spec, limits, fullBytes, bugs);
    case 'dctcp-rate':
      return new DctcpRate(spec, lineBps, bugs);
    case 'dctcp-uec':
      return new DctcpUec(spec, context);
    case 'dcqcn':
      return new Dcqcn(spec, context);
    case 'dcqcn-mlx':
      return new DcqcnMlx(spec, context);
    case 'hpcc':
      return new Hpcc(spec, context);
    case 'timely':
      return new Timely(spec, context);
    case 'swift':
      return new Swift(spec, context);
    case 'nscc':
      return new Nscc(spec, context);
    case 'rccc':
    case 'rccc-os':
    case 'eqds':
    case 'ndp':
      return new Fixed({ ...spec, kind: 'fixed', rateBps: null, windowBytes: null });
  }
}
