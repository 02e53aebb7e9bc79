import { torCount } from '../../topologies/build-topology.ts';
import { wirelessContradictions } from './check-wireless.ts';
import type { Say } from './contradiction.ts';
import type { Config } from './schema/config.ts';
import type { WirelessHopConfig } from './schema/wireless-hop.ts';
import { topologySpec } from './topology-spec.ts';
import { cellConfig, plainCell } from './wireless-hop.ts';

const AT = ['topology', 'wireless'];

/**
 * Contradictions inside topology.wireless, and between it and other blocks.
 *
 * @param written top-level blocks that the document has itself
 */
export function checkWirelessHop(config: Partial<Config>, written: ReadonlySet<string>, say: Say): void {
  const { topology } = config;
  if (topology === undefined || topology.kind === 'rail' || topology.wireless === undefined) return;
  const hop = topology.wireless;
  checkLinks(hop, written.has('sweep'), say);
  checkLeaves(hop, torCount(topologySpec({ ...topology, wireless: undefined })), say);
  checkOthers(config, hop, say);
}

/** What kind wireless would say of a cell with these links. */
function checkLinks(hop: WirelessHopConfig, isSwept: boolean, say: Say): void {
  const cell = cellConfig(hop);
  const plain = plainCell();
  // The keys that differ from their defaults; in a sweep combinations differ in what has an effect.
  const isWritten = (path: readonly string[]): boolean => !isSwept && textAt(cell, path) !== textAt(plain, path);
  for (const { path, message, hint } of wirelessContradictions(cell, { written: isWritten, writtenItself: isWritten, swept: [] })) {
    say([...AT, ...path], message, hint);
  }
  if (hop.channel.budget === undefined && isWritten(['energy', 'transmit'])) {
    say([...AT, 'energy', 'transmit'], 'the mean SNR does not depend on it', 'remove it, or give channel.budget in place of channel.snr');
  }
}

function textAt(config: object, path: readonly string[]): string | undefined {
  const value = path.reduce<unknown>((inner, key) => (inner as Readonly<Record<string, unknown>> | undefined)?.[key], config);
  return JSON.stringify(value);
}

function checkLeaves({ leaves }: WirelessHopConfig, tors: number, say: Say): void {
  if (leaves === 'all') return;
  leaves.forEach((leaf, i) => {
    if (leaf >= tors) say([...AT, 'leaves', i], `there is no leaf ${leaf}`, `leaves with hosts are numbered 0 to ${tors - 1}`);
    else if (leaves.indexOf(leaf) < i) say([...AT, 'leaves', i], `leaf ${leaf} is there twice`, 'remove one');
  });
}

function checkOthers(
  { fidelity, nic, transport, switch: device, jobs, background }: Partial<Config>,
  hop: WirelessHopConfig,
  say: Say,
): void {
  if (fidelity === 'bound') {
    say(
      ['fidelity'],
      'bound knows the wires only, not the air of topology.wireless',
      'use packet, whose column bound_us is the bound of the wires',
    );
  }
  const pauses = device?.kind === 'lossless-input' || (device?.kind === 'shared' && device.pfc);
  if (pauses) {
    say(
      ['switch', 'kind'],
      `switches of kind ${device.kind} pause what is lossless, and the air of topology.wireless loses packets`,
      device.kind === 'shared' ? 'set pfc: false, or use droptail' : 'use droptail',
    );
  }
  const withoutRecovery = [
    { at: ['transport'], used: transport },
    ...(jobs ?? []).map((job, i) => ({ at: ['jobs', i, 'transport'], used: job.transport })),
    { at: ['background', 'transport'], used: background?.transport },
  ].find(({ used }) => used?.recovery === 'none');
  if (withoutRecovery !== undefined) {
    say([...withoutRecovery.at, 'recovery'], 'nothing would send again what the air of topology.wireless loses', 'use recovery: sr');
  }
  if (nic === undefined) return;
  const packetBytes = nic.mtu + nic.header;
  const pdus = Math.ceil((8 * packetBytes) / hop.slot.packet);
  if (pdus > hop.queue.packets) {
    const message = `a full packet of ${packetBytes} B is ${pdus} packets of the link, more than the queue holds: none would ever be sent`;
    say([...AT, 'queue', 'packets'], message, `at least ${pdus}; or a smaller nic.mtu`);
  }
}
