import type { ArqSpec, ChannelSpec, CsiSpec, MacSpec, PhySpec, SlotSpec } from '../sim/base/radio-spec.ts';

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

export interface UserSpec {
  readonly channel: ChannelSpec;
  readonly app: AppSpec;
  readonly qos: QosSpec;
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
  /** P(a packet is lost on the air); null: the air is the cell of the scenario, and its first user receives the flow. */
  readonly wirelessLoss: number | null;
  /** Where the air is: after the bottleneck, or before it. */
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
