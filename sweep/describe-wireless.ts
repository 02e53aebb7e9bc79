import { formatQuantity } from '../sim/base/quantity.ts';
import type { WirelessScenario } from '../wireless/scenario.ts';

/** Facts of a wireless scenario by what they are of, each with the key that decides it. */
export type WirelessFacts = readonly (readonly [name: string, facts: readonly (readonly [text: string, key: string])[]])[];

export function describeWireless(scenario: WirelessScenario): WirelessFacts {
  const { path, transport, users, slot, phy, arq, mac, controller } = scenario;
  if (path !== null) {
    return [
      [
        'path',
        [
          [formatQuantity(path.rateBps, 'rate'), 'path.rate'],
          [`${formatQuantity(path.delayPs, 'time')} one way`, 'path.delay'],
          [`cross traffic ${path.crossTraffic} of the rate`, 'path.crossTraffic'],
          [`${path.wirelessLoss === null ? 'a cell' : `${path.wirelessLoss} lost`} on the air (${path.wireless})`, 'path.wirelessLoss'],
        ],
      ],
      ['transport', [[transport.kind, 'transport.kind']]],
    ];
  }
  const { channel, app, qos } = users[0]!;
  const others = users.length === 1 ? [] : ([[`${users.length} users`, 'users']] as const);
  return [
    [
      users.length === 1 ? 'user' : 'first user',
      [
        [channel.snrDb === null ? 'mean SNR from its distance' : `mean SNR ${channel.snrDb} dB`, 'channel.snr'],
        [channel.fading === 'nakagami' ? `Nakagami m = ${channel.m}` : channel.fading, 'channel.m'],
        [`correlation ${channel.correlation}`, 'channel.correlation'],
        [app.kind, 'app.kind'],
        [`loss target ${qos.loss}`, 'qos.loss'],
      ],
    ],
    [
      'link',
      [
        [`slots of ${formatQuantity(slot.durationPs, 'time')}`, 'slot.duration'],
        [`table ${phy.table}`, 'phy.table'],
        [phy.fixedMode === null ? `adaptive modes, rule ${phy.rule}` : `mode ${phy.fixedMode}`, 'phy.fixedMode'],
        [arq.kind === 'truncated' ? `at most ${arq.maxRetransmissions} retransmissions` : `ARQ ${arq.kind}`, 'arq.maxRetransmissions'],
      ],
    ],
    ['cell', [...others, [`scheduler ${mac.kind}`, 'mac.kind'], [`controller ${controller.kind}`, 'controller.kind']]],
  ];
}
