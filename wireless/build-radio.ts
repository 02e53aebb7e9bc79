import { ConfigError } from '../sim/base/errors.ts';
import { buildFading } from './channel/build-fading.ts';
import { buildChain } from './channel/fsmc.ts';
import { meanSnrDb } from './channel/link-budget.ts';
import { CsiReporter } from './csi/reporter.ts';
import { besselJ0 } from './math/bessel.ts';
import { fromDb } from './math/decibel.ts';
import { instantaneousThresholds, meanThresholds, targetPer, type Thresholds } from './phy/amc.ts';
import { MODE_TABLES } from './phy/modes.ts';
import { ChainRadio, FadingRadio, GilbertElliottRadio, type Radio } from './radio.ts';
import { RandomStream } from './random-stream.ts';
import type { ArqSpec, ChannelSpec, CsiSpec, PhySpec, SlotSpec } from '../sim/base/radio-spec.ts';
import type { WirelessScenario } from './scenario.ts';

/** What the radios of a cell have in common. */
export interface RadioSettings {
  readonly seed: number;
  readonly slot: SlotSpec;
  readonly phy: PhySpec;
  readonly csi: CsiSpec;
  readonly arq: Pick<ArqSpec, 'kind' | 'maxRetransmissions' | 'harq'>;
  readonly energy: { readonly transmitW: number };
}

/** What each has of its own. */
export interface RadioUser {
  readonly channel: ChannelSpec;
  readonly qos: { readonly loss: number };
}

/** Rule B without a target of its own. */
const DEFAULT_MEAN_PER = 0.01;

/** Mean SNR of a user's channel (linear), from the config or the link budget. */
export const meanSnrOf = ({ snrDb, budget }: ChannelSpec, transmitW: number): number => fromDb(snrDb ?? meanSnrDb(budget, transmitW));

/** Nakagami parameter of the law of a channel's SNR; Rician fading has that of its nearest Nakagami law, (K + 1)^2 / (2K + 1). */
export function nakagamiParameter({ fading, m, riceFactor }: ChannelSpec): number {
  if (fading === 'nakagami') return m;
  return fading === 'rician' ? (riceFactor + 1) ** 2 / (2 * riceFactor + 1) : 1;
}

/** PER target of an attempt, and the thresholds that keep it. */
export function thresholdsOf({ phy, arq, energy }: RadioSettings, { channel, qos }: RadioUser): Thresholds {
  const modes = MODE_TABLES[phy.table];
  if (phy.rule === 'B')
    return meanThresholds(modes, phy.perTarget ?? DEFAULT_MEAN_PER, meanSnrOf(channel, energy.transmitW), nakagamiParameter(channel));
  const retransmissions = arq.kind === 'truncated' ? arq.maxRetransmissions : 0;
  return instantaneousThresholds(modes, phy.perTarget ?? targetPer(qos.loss, retransmissions));
}

/**
 * The radio of user `user`.
 *
 * @throws ConfigError where a finite-state channel does not exist, or is asked for what only a channel with an SNR has
 */
export const buildRadio = (scenario: WirelessScenario, user: number): Radio => radioBuilder(scenario, scenario.users[user]!)(user);

/**
 * Radios of equal channels, by the component of their streams.
 *
 * @throws ConfigError like `buildRadio`
 */
export function radioBuilder(settings: RadioSettings, spec: RadioUser): (user: number) => Radio {
  const { phy, csi, slot, seed, energy } = settings;
  const { channel } = spec;
  const modes = MODE_TABLES[phy.table];
  const slotS = slot.durationPs / 1e12;
  const meanSnr = meanSnrOf(channel, energy.transmitW);
  const thresholds = thresholdsOf(settings, spec);
  switch (channel.correlation) {
    case 'fsmc': {
      refuseWhatNeedsAnSnr(settings, channel);
      const { kind, onInvalid } = channel.fsmc;
      const fading = { meanSnr, m: nakagamiParameter(channel), dopplerHz: channel.dopplerHz };
      const chain = buildChain(kind === 'wm' ? 'wang-moayeri' : 'exact', thresholds, fading, slotS, onInvalid);
      return (user) => new ChainRadio(chain, modes, fading, phy.fixedMode, csi.delaySlots, new RandomStream(seed, 'wireless-chain', user));
    }
    case 'gilbert-elliott':
      refuseWhatNeedsAnSnr(settings, channel);
      return (user) => new GilbertElliottRadio(channel.gilbertElliott, phy.fixedMode ?? 1, new RandomStream(seed, 'wireless-chain', user));
    case 'block':
    case 'clarke':
      return (user) => {
        const { fading, gain } = buildFading(channel, slotS, seed, user);
        const reporter = new CsiReporter({
          spec: csi,
          meanSnr,
          modes: modes.length,
          slotCorrelation: channel.correlation === 'block' ? 0 : besselJ0(2 * Math.PI * channel.dopplerHz * slotS),
          gain: csi.estimator === 'perfect' ? null : gain,
          kalman: { dopplerHz: channel.dopplerHz, slotS },
          stream: new RandomStream(seed, 'wireless-pilots', user),
        });
        return new FadingRadio({
          fading,
          meanSnr,
          modes,
          thresholds,
          fixedMode: phy.fixedMode,
          packetBits: slot.packetBits,
          csi: reporter,
          inverts: phy.power === 'inversion',
        });
      };
  }
}

/** A chain knows states, no SNR: there is nothing to estimate, quantise, combine, shadow or invert. */
function refuseWhatNeedsAnSnr({ csi, arq, phy }: RadioSettings, { correlation, fading, shadowing }: ChannelSpec): void {
  const isSilent = fading === 'none' && correlation === 'fsmc';
  const asked: readonly (readonly [path: string, isAsked: boolean])[] = [
    ['channel.fading', isSilent],
    ['channel.shadowing', shadowing.sigmaDb > 0],
    ['csi.estimator', csi.estimator !== 'perfect'],
    ['csi.periodSlots', csi.periodSlots !== 1],
    ['csi.quantiser', csi.quantiser !== 'mode' && csi.quantiser.stepDb > 0],
    ['csi.feedbackError', csi.feedbackError > 0],
    ['csi.olla.on', csi.olla.on],
    ['arq.harq', arq.harq !== 'none'],
    ['phy.power', phy.power !== 'constant'],
  ];
  const path = asked.find(([, isAsked]) => isAsked)?.[0];
  if (path === undefined) return;
  throw new ConfigError('E502', `a channel with correlation ${correlation} has states and no SNR, which ${path} needs`, {
    where: { path },
    hint: `leave ${path} out, or set channel.correlation to clarke`,
  });
}
