import type { ModeTable } from './phy/modes.ts';

/**
 * What a wireless run needs, as validated plain data: a cell (base station) that serves its users over fading links slot by slot, and
 * optionally a wired path before it. Times are integer picoseconds, SNR and gains in dB as a person writes them, sizes in bits where
 * packets of the link are meant, in bytes where packets of the transport are. docs/wireless-model.md says what each part does.
 */
export interface WirelessScenario {
  readonly system: 'wireless';
  readonly name: string;
  /** Every random stream derives from it. */
  readonly seed: number;
  readonly slot: SlotSpec;
  readonly phy: PhySpec;
  readonly csi: CsiSpec;
  readonly arq: ArqSpec;
  /** Packets of the link that a user's queue holds. */
  readonly queuePackets: number;
  readonly mac: MacSpec;
  readonly transport: WirelessTransportSpec;
  readonly path: PathSpec | null;
  readonly energy: EnergySpec;
  readonly controller: ControllerSpec;
  /** At least one; user u runs `users[u]`. */
  readonly users: readonly UserSpec[];
  readonly run: RunSpec;
}

export interface SlotSpec {
  readonly durationPs: number;
  /** Bits of a packet of the link (PDU). */
  readonly packetBits: number;
  /** PDUs a slot carries at one bit a symbol; times the bits a symbol of each mode a whole number. */
  readonly packetsPerSlot: number;
}

export interface UserSpec {
  readonly channel: ChannelSpec;
  readonly app: AppSpec;
  readonly qos: QosSpec;
}

export interface ChannelSpec {
  /** Mean SNR, or null: from the link budget at `distanceM`. */
  readonly snrDb: number | null;
  readonly budget: LinkBudgetSpec;
  readonly fading: 'none' | 'rayleigh' | 'rician' | 'nakagami';
  /** Nakagami parameter; 1 is Rayleigh. */
  readonly m: number;
  /** Rician factor, linear. */
  readonly riceFactor: number;
  readonly dopplerHz: number;
  /** `block`: a fade of its own each slot; `clarke`: sum of sinusoids; `fsmc`: finite-state chain over the modes; `gilbert-elliott`. */
  readonly correlation: 'block' | 'clarke' | 'fsmc' | 'gilbert-elliott';
  readonly sinusoids: number;
  readonly fsmc: { readonly kind: 'wm' | 'exact'; readonly onInvalid: 'refuse' | 'exact' | 'shorten' };
  readonly gilbertElliott: {
    readonly goodToBad: number;
    readonly badToGood: number;
    readonly goodSuccess: number;
    readonly badSuccess: number;
  };
  /** Standard deviation of shadowing (0: none), correlation distance, and speed that turns time into distance. */
  readonly shadowing: { readonly sigmaDb: number; readonly correlationM: number; readonly speedMps: number };
}

export interface LinkBudgetSpec {
  readonly distanceM: number;
  readonly exponent: number;
  readonly carrierHz: number;
  readonly bandwidthHz: number;
  readonly noiseFigureDb: number;
  readonly gainsDb: number;
}

export interface PhySpec {
  readonly table: ModeTable;
  /** Threshold rule: `A` no attempt above the target, `B` the mean inside each mode at it. */
  readonly rule: 'A' | 'B';
  /** PER target of an attempt; null: from the loss target and the retransmissions (rule A), 0.01 (rule B). */
  readonly perTarget: number | null;
  /** One mode for all channels (1..N); null: adaptive. */
  readonly fixedMode: number | null;
  readonly power: 'constant' | 'inversion';
}

export interface CsiSpec {
  readonly estimator: 'perfect' | 'ls' | 'lmmse' | 'kalman';
  readonly pilots: number;
  readonly periodSlots: number;
  readonly delaySlots: number;
  /** `mode`: the report is a mode index; else a quantiser step in dB (0: none). */
  readonly quantiser: 'mode' | { readonly stepDb: number };
  /** P(a report is replaced by a random other index). */
  readonly feedbackError: number;
  readonly olla: { readonly on: boolean; readonly bler: number; readonly upDb: number; readonly clampDb: number };
}

export interface ArqSpec {
  readonly kind: 'none' | 'truncated' | 'persistent';
  /** Of `truncated`; attempts are one more. */
  readonly maxRetransmissions: number;
  /** How the attempts of a PDU are combined. */
  readonly harq: 'none' | 'chase' | 'ir';
  /** Attempts are also bounded by the deadline, and PDUs that cannot make it are dropped before they are sent. */
  readonly deadline: boolean;
  /** Attempts are also bounded by class: 6, 3, 1 retransmissions for I, P, B frames or layers 0, 1, 2. */
  readonly byClass: boolean;
  /** Failures in a row after which the sender pauses for `pauseSlots`, then tries one PDU at a time until one arrives; null: never. */
  readonly pauseNacks: number | null;
  readonly pauseSlots: number;
}

export type SchedulerKind =
  'fifo' | 'round-robin' | 'strict' | 'edf' | 'max-ci' | 'pf' | 'm-lwdf' | 'exp-pf' | 'exp-rule' | 'log-rule' | 'lwg';

export interface MacSpec {
  readonly kind: SchedulerKind;
  readonly averagingSlots: number;
  /** Real-time packets older than their delay bound are dropped at the head of the queue. */
  readonly dropLate: boolean;
}

export type LossClassifierKind = 'blind' | 'biaz' | 'mbiaz' | 'spike' | 'zigzag' | 'zbs' | 'eln' | 'ecn';

export interface WirelessTransportSpec {
  /** `none`: applications send into the cell's queue as they like. */
  readonly kind: 'none' | 'tfrc' | 'reno' | 'veno' | 'westwood';
  readonly segmentBytes: number;
  readonly lossClassifier: LossClassifierKind;
  readonly zigzag: readonly [number, number, number, number];
}

/** The wired path between senders and the cell: one bottleneck with a queue, propagation both ways, and cross traffic. */
export interface PathSpec {
  readonly rateBps: number;
  readonly queuePackets: number;
  /** One way. */
  readonly delayPs: number;
  /** Of Poisson packets of the segment size, as a fraction of the rate. */
  readonly crossTraffic: number;
  /** P(a packet is lost on the air); null: none is. */
  readonly wirelessLoss: number | null;
  /** Where the loss happens: after the bottleneck, or between two wired links. */
  readonly wireless: 'last-hop' | 'backbone';
  /** A Reno flow shares the bottleneck and loses nothing on the air. */
  readonly competingTcp: boolean;
}

export type AppSpec =
  | { readonly kind: 'full-buffer' }
  /** PDUs a slot. */
  | { readonly kind: 'poisson'; readonly packetsPerSlot: number }
  | { readonly kind: 'bernoulli'; readonly probability: number }
  | { readonly kind: 'cbr'; readonly rateBps: number; readonly packetBytes: number }
  | { readonly kind: 'on-off'; readonly rateBps: number; readonly packetBytes: number; readonly onPs: number; readonly offPs: number }
  | VideoSpec
  | VoiceSpec;

export interface VideoSpec {
  readonly kind: 'video' | 'svc';
  readonly fps: number;
  readonly gop: string;
  /** `svc`: source rate of each layer, base first; `video`: one entry. */
  readonly layersBps: readonly number[];
  readonly sizeVariation: readonly [i: number, p: number, b: number];
  readonly fec: 'none' | 'eep' | 'uep' | 'uep-strong';
}

export interface VoiceSpec {
  readonly kind: 'voice';
  readonly codec: 'G.711' | 'G.729';
  readonly frameBytes: number;
  readonly framePs: number;
  readonly onPs: number;
  readonly offPs: number;
  readonly playout: PlayoutSpec;
}

export type PlayoutSpec = { readonly kind: 'fixed'; readonly bufferPs: number } | { readonly kind: 'adaptive' };

export interface QosSpec {
  /** Target of loss after ARQ. */
  readonly loss: number;
  /** Delay bound; null: not real-time. */
  readonly delayPs: number | null;
  /** Allowed share of packets beyond the bound. */
  readonly miss: number;
  readonly class: 'UGS' | 'rtPS' | 'nrtPS' | 'BE';
  readonly minRateBps: number;
}

export interface EnergySpec {
  readonly transmitW: number;
  readonly transmitCircuitW: number;
  readonly receiveCircuitW: number;
  readonly idleW: number;
  readonly sleepW: number;
  readonly efficiency: number;
  readonly wakePs: number;
  /** Sleep where there is nothing to send. */
  readonly sleeps: boolean;
}

export type SignalId = 'snrHat' | 'csiCorr' | 'perHat' | 'linkRate' | 'queue' | 'trafficClass' | 'deadline' | 'layer' | 'lossTarget';

export interface SignalSpec {
  readonly enabled: boolean;
  readonly delayPs: number;
  readonly bits: number;
  readonly lossProbability: number;
  /** Its bits take airtime at the rate of mode 1, and the energy of that. */
  readonly inBand: boolean;
}

export type ControllerKind = 'layered' | 'bottom-up' | 'top-down' | 'mac-centric' | 'integrated';

export interface ControllerSpec {
  readonly kind: ControllerKind;
  /** What differs from the architecture's own settings. */
  readonly signals: Readonly<Partial<Record<SignalId, Partial<SignalSpec>>>>;
  /** Between two decisions; null: one group of pictures. */
  readonly periodPs: number | null;
  /** Weight of energy against quality in the integrated optimiser: PSNR dB given up for a microjoule a bit. */
  readonly energyWeight: number;
}

/** A run ends after a time, or after so many packets have left the ARQ of all users. */
export type RunSpec = { readonly warmupPs: number } & (
  { readonly durationPs: number; readonly packets: null } | { readonly durationPs: null; readonly packets: number }
);
