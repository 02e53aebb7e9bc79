import type { Row } from '../analysis/rows.ts';
import { meanSnrOf, nakagamiParameter, thresholdsOf } from '../wireless/build-radio.ts';
import { buildChain } from '../wireless/channel/fsmc.ts';
import { powerCorrelation } from '../wireless/math/nakagami.ts';
import { amcArq, fixedMode, outdatedPer, outdatedPerUncapped } from '../wireless/oracles/amc-arq.ts';
import { finiteQueue } from '../wireless/oracles/finite-queue.ts';
import { meanPerInside } from '../wireless/phy/amc.ts';
import { MODE_TABLES, TABLE_PACKET_BITS } from '../wireless/phy/modes.ts';
import type { PathSpec, UserSpec, WirelessScenario } from '../wireless/scenario.ts';
import { aimdRateBytesPerS, tfrcRateBytesPerS } from '../wireless/transport/tfrc-equation.ts';

/**
 * What closed forms say of the columns of a run, by the name of the oracle (docs/wireless.md says which runs each is for). Empty for other
 * runs: a closed form is never drawn beside what it does not describe.
 */
export function theoryOf(scenario: WirelessScenario): Readonly<Record<string, Row>> {
  const { users, phy, path, controller } = scenario;
  if (path !== null) return pathTheory(scenario, path);
  const user = users[0]!;
  const { fading, shadowing } = user.channel;
  const hasLaw = (fading === 'nakagami' || fading === 'rayleigh') && shadowing.sigmaDb === 0;
  if (users.length > 1 || !hasLaw || phy.power !== 'constant' || controller.kind !== 'layered') return {};
  // Error rates of other lengths are powers of those of the tables, whose means have no closed form here.
  if (Object.keys(controller.signals).length > 0 || scenario.slot.packetBits !== TABLE_PACKET_BITS) return {};
  if (user.channel.correlation === 'fsmc') return queueTheory(scenario, user);
  return user.app.kind === 'full-buffer' ? linkTheory(scenario, user) : {};
}

/** A link that always sends and whose sender sees the SNR itself, at once or some slots late. */
function linkTheory(scenario: WirelessScenario, user: UserSpec): Readonly<Record<string, Row>> {
  const { phy, csi, arq } = scenario;
  const { channel } = user;
  const isKnown = csi.estimator === 'perfect' && csi.feedbackError === 0 && csi.periodSlots === 1 && !csi.olla.on;
  const isExact = csi.quantiser === 'mode' || csi.quantiser.stepDb === 0;
  const isTruncated = arq.kind !== 'persistent' && arq.harq === 'none' && !arq.deadline && !arq.byClass && arq.pauseNacks === null;
  if (!isKnown || !isExact || !isTruncated) return {};
  const modes = MODE_TABLES[phy.table];
  const meanSnr = meanSnrOf(channel, scenario.energy.transmitW);
  const retransmissions = arq.kind === 'none' ? 0 : arq.maxRetransmissions;
  if (phy.fixedMode !== null) {
    if (channel.correlation !== 'block') return {};
    const { per } = fixedMode(modes[phy.fixedMode - 1]!, meanSnr, channel.m);
    return { 'fixed-mode': { packet_error_rate: per, residual_loss: per ** (retransmissions + 1) } };
  }
  const thresholds = thresholdsOf(scenario, user);
  const { spectralEfficiency, residualLoss, per, rawRate } = amcArq(modes, thresholds, meanSnr, channel.m, retransmissions);
  if (channel.correlation === 'block') {
    const loss = { residual_loss: residualLoss };
    const known = { spectral_efficiency: spectralEfficiency, packet_error_rate: per };
    // A first attempt meets slots by the weight of their rate; a second one goes first in the next slot that sends at all, whatever its rate.
    return { 'amc-arq': retransmissions > 0 ? known : { ...known, ...loss }, 'independent-attempts': loss };
  }
  // A broken m is mapped from the Rayleigh power: its samples have another joint law than the bivariate one.
  if (channel.correlation !== 'clarke' || !Number.isInteger(channel.m)) return {};
  const ageS = (csi.delaySlots * scenario.slot.durationPs) / 1e12;
  const rho = powerCorrelation(channel.dopplerHz, ageS);
  // Attempts of one packet meet like fades: what is left after several of them has no closed form.
  const columnsOf = (mean: number): Row => ({
    packet_error_rate: mean,
    ...(retransmissions > 0 ? {} : { spectral_efficiency: rawRate, residual_loss: mean }),
  });
  if (rho === 1) return { outdated: columnsOf(per) };
  return {
    outdated: columnsOf(outdatedPer(modes, thresholds, meanSnr, channel.m, rho)),
    'outdated-uncapped': columnsOf(outdatedPerUncapped(modes, thresholds, meanSnr, channel.m, rho)),
  };
}

/** A finite queue with Poisson arrivals that a chain of modes serves, each with a mean error rate of its own (thresholds of rule B). */
function queueTheory(scenario: WirelessScenario, user: UserSpec): Readonly<Record<string, Row>> {
  const { channel, app, qos } = user;
  const { phy, csi, arq, mac, slot, queuePackets } = scenario;
  if (app.kind !== 'poisson' || phy.rule !== 'B' || phy.fixedMode !== null || csi.delaySlots > 0 || arq.kind !== 'none') return {};
  if (((mac.dropLate || arq.deadline) && qos.delayPs !== null) || arq.pauseNacks !== null) return {};
  const modes = MODE_TABLES[phy.table];
  const slotS = slot.durationPs / 1e12;
  const fading = { meanSnr: meanSnrOf(channel, scenario.energy.transmitW), m: nakagamiParameter(channel), dopplerHz: channel.dopplerHz };
  const { kind, onInvalid } = channel.fsmc;
  const edges = thresholdsOf(scenario, user);
  const chain = buildChain(kind === 'wm' ? 'wang-moayeri' : 'exact', edges, fading, slotS, onInvalid);
  const service = [0, ...modes.map(({ bitsPerSymbol }) => bitsPerSymbol * slot.packetsPerSlot)];
  const facts = finiteQueue({ arrivals: app.packetsPerSlot, capacity: queuePackets, service, per: 0 }, chain);
  const { dropProbability, served, meanQueue, delaySlots } = facts;
  // The target is the mean error rate of every mode, but of one that is always below it.
  let failing = 0;
  modes.forEach((mode, i) => {
    const rate = served[i + 1]!;
    if (rate > 0) failing += rate * Math.min(1, meanPerInside(mode, edges[i + 1]!, edges[i + 2]!, fading.meanSnr, fading.m));
  });
  const onTheAir = failing / app.packetsPerSlot;
  return {
    'finite-queue': {
      packet_loss: dropProbability + onTheAir,
      loss_congestion: dropProbability,
      loss_wireless: onTheAir,
      queue_mean_packets: meanQueue,
      // A packet is delivered at the end of the slot that carries it, so the wait that Little's law gives is in whole slots.
      delay_mean_ms: delaySlots * slotS * 1e3,
    },
  };
}

/**
 * What a flow can have at most where losses on the air are all that there is to lose: a rate control that takes each of them for congestion
 * has what its own law allows at the shortest round trip, one that can tell them apart has the whole bottleneck. Time-outs are left out.
 */
function pathTheory({ transport }: WirelessScenario, path: PathSpec): Readonly<Record<string, Row>> {
  const loss = path.wirelessLoss;
  // The losses of a cell are not what these laws are about.
  if (loss === null) return {};
  const { kind, lossClassifier, segmentBytes } = transport;
  const rttS = (2 * path.delayPs) / 1e12;
  const law = (): number => {
    if (lossClassifier === 'eln') return Infinity;
    if (kind === 'tfrc') return lossClassifier === 'blind' ? tfrcRateBytesPerS(segmentBytes, rttS, loss) : NaN;
    if (kind === 'reno' || kind === 'veno') return aimdRateBytesPerS(segmentBytes, rttS, loss, kind === 'reno' ? 0.5 : 0.8);
    return NaN;
  };
  const free = path.rateBps * Math.max(0, 1 - path.crossTraffic);
  // What is lost before the bottleneck takes nothing of it.
  const arriving = 1 - loss;
  const goodputBps = path.wireless === 'backbone' ? Math.min(free, 8 * law() * arriving) : Math.min(free, 8 * law()) * arriving;
  return Number.isNaN(goodputBps) || path.competingTcp ? {} : { 'path-limit': { goodput_bps: goodputBps } };
}
