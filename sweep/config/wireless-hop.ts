import type { WirelessHopSpec } from '../../sim/base/wireless-hop-spec.ts';
import type { WirelessConfig } from './schema/wireless.ts';
import { wirelessSchema } from './schema/wireless.ts';
import type { WirelessHopConfig } from './schema/wireless-hop.ts';
import type { JsonBlock } from './tree.ts';
import { resolvedWirelessConfig } from './wireless-resolved.ts';
import { wirelessScenario } from './wireless-specs.ts';

/**
 * A cell of kind wireless whose keys all have their defaults; of two users, because one would not be scheduled, who do not always have
 * something to send, because that would need no queue.
 */
export const plainCell = (): WirelessConfig =>
  wirelessSchema.parse({ kind: 'wireless', users: 2, app: { kind: 'poisson', packetsPerSlot: 1 } });

/** The cell of kind wireless with the links of a hop: what is checked and filled in for one holds for the other. */
export function cellConfig({ slot, channel, phy, csi, arq, queue, mac, qos, energy }: WirelessHopConfig): WirelessConfig {
  const plain = plainCell();
  return { ...plain, slot, channel, phy, csi, arq, queue, mac, qos: { ...plain.qos, ...qos }, energy: { ...plain.energy, ...energy } };
}

/**
 * The hop as the simulator takes it.
 *
 * @param tors of the fabric
 */
export function hopSpec(hop: WirelessHopConfig, tors: number): WirelessHopSpec {
  const { slot, phy, csi, arq, queuePackets, mac, energy, users } = wirelessScenario(cellConfig(hop), '');
  const { channel, qos } = users[0]!;
  return {
    leaves: hop.leaves === 'all' ? Array.from({ length: tors }, (_, tor) => tor) : hop.leaves.toSorted((a, b) => a - b),
    slot,
    channel,
    phy,
    csi,
    arq: { kind: arq.kind, maxRetransmissions: arq.maxRetransmissions, harq: arq.harq },
    queuePackets,
    mac: { kind: hop.mac.kind, averagingSlots: mac.averagingSlots },
    transmitW: energy.transmitW,
    lossTarget: qos.loss,
  };
}

/** The hop as the block of a config, less the keys that have no effect. */
export function hopBlock({ leaves, arq, mac, transmitW, lossTarget, channel, ...links }: WirelessHopSpec): JsonBlock {
  const plain = wirelessScenario(plainCell(), '');
  const user = { ...plain.users[0]!, channel };
  const blocks = resolvedWirelessConfig({
    ...plain,
    ...links,
    arq: { ...plain.arq, ...arq },
    mac: { ...plain.mac, ...mac },
    energy: { ...plain.energy, transmitW },
    users: [user, user],
  }) as Readonly<Record<string, JsonBlock>>;
  const pick = (block: string, keys: readonly string[]): JsonBlock => {
    const found = keys.filter((key) => blocks[block]?.[key] !== undefined).map((key) => [key, blocks[block]![key]!] as const);
    return found.length === 0 ? {} : { [block]: Object.fromEntries(found) };
  };
  return {
    leaves,
    slot: blocks.slot!,
    channel: blocks.channel!,
    phy: blocks.phy!,
    csi: blocks.csi!,
    ...pick('arq', ['kind', 'maxRetransmissions', 'harq']),
    queue: blocks.queue!,
    ...pick('mac', ['kind', 'averagingSlots']),
    qos: { loss: lossTarget },
    ...(channel.snrDb === null ? pick('energy', ['transmit']) : {}),
  };
}
