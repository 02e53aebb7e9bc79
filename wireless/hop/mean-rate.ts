import { formatQuantity } from '../../sim/base/quantity.ts';
import type { WirelessHopSpec } from '../../sim/base/wireless-hop-spec.ts';
import { meanSnrOf, nakagamiParameter, thresholdsOf } from '../build-radio.ts';
import { amcArq } from '../oracles/amc-arq.ts';
import { MODE_TABLES, TABLE_PACKET_BITS } from '../phy/modes.ts';

/**
 * What a link of a cell delivers on average if it has the direction to itself and always something to send, in bit/s: symbol rate times
 * goodput of adaptive modes with truncated ARQ (Liu, Zhou and Giannakis 2004); what an attempt delivers on average does not depend on the one
 * before it. null: no closed form, because a slot is not Nakagami faded and known to the sender, or attempts are combined.
 */
export function meanRateBps({ slot, channel, phy, csi, arq, transmitW, lossTarget }: WirelessHopSpec): number | null {
  const isKnown =
    (channel.correlation === 'block' || channel.correlation === 'fsmc') &&
    (channel.fading === 'nakagami' || channel.fading === 'rayleigh') &&
    channel.shadowing.sigmaDb === 0 &&
    phy.fixedMode === null &&
    phy.power === 'constant' &&
    csi.estimator === 'perfect' &&
    csi.periodSlots === 1 &&
    csi.delaySlots === 0 &&
    csi.feedbackError === 0 &&
    csi.quantiser === 'mode' &&
    !csi.olla.on &&
    arq.harq === 'none' &&
    slot.packetBits === TABLE_PACKET_BITS;
  if (!isKnown) return null;
  const modes = MODE_TABLES[phy.table];
  const thresholds = thresholdsOf({ seed: 0, slot, phy, csi, arq, energy: { transmitW } }, { channel, qos: { loss: lossTarget } });
  const { goodput } = amcArq(modes, thresholds, meanSnrOf(channel, transmitW), nakagamiParameter(channel), 0);
  return (goodput * slot.packetsPerSlot * slot.packetBits * 1e12) / slot.durationPs;
}

/** For a person: what the air of a cell carries, next to nothing or one note. */
export function meanRateNotice(spec: WirelessHopSpec): string[] {
  const meanBps = meanRateBps(spec);
  if (meanBps === null) return [];
  const rate = formatQuantity(Math.round(meanBps), 'rate');
  return [`the air of a wireless leaf delivers ${rate} a direction on average while one terminal sends all the time`];
}
