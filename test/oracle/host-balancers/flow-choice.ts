/** A transmission that starts now. */
export interface Sending {
  readonly startPs: number;
  readonly wireBytes: number;
  /** Of the flow, this packet included. */
  readonly inFlightBytes: number;
}

/** An ACK, or the NACK to a trimmed packet. */
export interface Echo {
  readonly timePs: number;
  /** Of the packet that it speaks of. */
  readonly number: number;
  /** Entropy or path of the packet that it answers. */
  readonly entropy: number;
  readonly marked: boolean;
  readonly lastHop: boolean;
  /** Sample of the round-trip time, if there is one. */
  readonly rttPs: number | null;
}

/** The stream of a host. */
export interface Draws {
  /** 32 bits, signed. */
  next(): number;
  draw16(): number;
  below(n: number): number;
}

/** What the choices of a flow may know. */
export interface FlowView {
  readonly draws: Draws;
  readonly baseRttPs: number;
  readonly bdpBytes: number;
  readonly bdpPackets: number;
  readonly trims: boolean;
  /** Full packets that the window holds now, at most 65,536. */
  readonly windowPackets: () => number;
  /** Wire bytes in flight, in full packets. */
  readonly inFlightPackets: () => number;
  /** The window is a packet smaller, if it is one that follows the balancer. */
  readonly giveUpPacket: () => void;
  /** Between the ToRs of the flow, in order; none where it stays in its rack. */
  readonly paths: readonly number[];
  /** Plants a bug. */
  readonly has: (bug: HostBug) => boolean;
}

export type HostBug =
  | 'late-paths-kept'
  | 'every-ack-clocks'
  | 'moves-at-once'
  | 'probes-in-vain'
  | 'samples-of-any-path'
  | 'label-kept-at-a-timeout'
  | 'marked-entropies-recycled'
  | 'latest-entropy-first'
  | 'one-mask'
  | 'every-skip-forgives'
  | 'losses-forgiven'
  | 'skipped-for-good'
  | 'round-of-any-packet';

/** docs/model-balancers-host.md, section 8. */
export interface Probe {
  readonly number: number;
  readonly entropy: number;
}

/** docs/model-balancers-host.md: which entropy, or path, each packet of one flow carries. */
export abstract class FlowChoice {
  /** What it returns is a path. */
  readonly pins: boolean = false;
  /** What the answer in hand calls for. */
  probes: readonly Probe[] = [];
  protected readonly view: FlowView;

  constructor(view: FlowView) {
    this.view = view;
  }

  abstract next(sending: Sending): number;
  hearAck(_echo: Echo): void {}
  hearNack(_echo: Echo): void {}
  hearProbeAnswer(_number: number, _timePs: number): void {}
  hearLoss(_entropy: number, _timePs: number): void {}
  /** @param _entropy null: unknown */
  hearTimeout(_entropy: number | null, _timePs: number): void {}
}
