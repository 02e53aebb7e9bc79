import type { Row } from '../analysis/rows.ts';
import { meanSnrOf, thresholdsOf } from '../wireless/build-radio.ts';
import { amcArq, fixedMode } from '../wireless/oracles/amc-arq.ts';
import { MODE_TABLES } from '../wireless/phy/modes.ts';
import type { WirelessScenario } from '../wireless/scenario.ts';

/**
 * What closed forms say of the columns of a run, by the name of the oracle: of one link that always sends, with a Nakagami fade of its own
 * each slot, and perfect knowledge of the channel. Empty for other runs.
 */
export function theoryOf(scenario: WirelessScenario): Readonly<Record<string, Row>> {
  const { phy, csi, arq, users, energy, path } = scenario;
  const user = users[0]!;
  const { channel, app } = user;
  const isPlain = path === null && users.length === 1 && app.kind === 'full-buffer' && channel.correlation === 'block';
  const hasLaw = (channel.fading === 'nakagami' || channel.fading === 'rayleigh') && channel.shadowing.sigmaDb === 0;
  const isKnown = csi.estimator === 'perfect' && csi.feedbackError === 0 && csi.delaySlots === 0 && csi.periodSlots === 1 && !csi.olla.on;
  const isTruncated = arq.kind !== 'persistent' && arq.harq === 'none' && !arq.deadline && !arq.byClass;
  if (!isPlain || !hasLaw || !isKnown || !isTruncated || phy.power !== 'constant' || scenario.controller.kind !== 'layered') return {};
  const modes = MODE_TABLES[phy.table];
  const meanSnr = meanSnrOf(channel, energy.transmitW);
  const retransmissions = arq.kind === 'none' ? 0 : arq.maxRetransmissions;
  if (phy.fixedMode !== null) {
    const { per } = fixedMode(modes[phy.fixedMode - 1]!, meanSnr, channel.m);
    return { 'fixed-mode': { packet_error_rate: per, residual_loss: per ** (retransmissions + 1) } };
  }
  const { spectralEfficiency, residualLoss, per } = amcArq(modes, thresholdsOf(scenario, user), meanSnr, channel.m, retransmissions);
  return { 'amc-arq': { spectral_efficiency: spectralEfficiency, residual_loss: residualLoss, packet_error_rate: per } };
}
