import type { ArqSpec, ChannelSpec, CsiSpec, MacSpec, PhySpec, SlotSpec } from './radio-spec.ts';

/** Schedulers that rank by nothing that a packet of a fabric lacks: it has no deadline, class or delay bound. */
export type HopScheduler = Extract<MacSpec['kind'], 'fifo' | 'round-robin' | 'max-ci' | 'pf'>;

/** Leaves of a fabric whose hosts are wireless terminals (docs/model-wireless-hop.md). Every terminal and direction has a link like this. */
export interface WirelessHopSpec {
  /** ToRs, ascending. */
  readonly leaves: readonly number[];
  readonly slot: SlotSpec;
  readonly channel: ChannelSpec;
  readonly phy: PhySpec;
  readonly csi: CsiSpec;
  readonly arq: Pick<ArqSpec, 'kind' | 'maxRetransmissions' | 'harq'>;
  /** PDUs that the queue of a terminal and direction holds. */
  readonly queuePackets: number;
  readonly mac: { readonly kind: HopScheduler; readonly averagingSlots: number };
  /** Radiated power, for a channel with a link budget. */
  readonly transmitW: number;
  /** Loss after ARQ that thresholds of rule A aim at. */
  readonly lossTarget: number;
}
