import { formatQuantity } from '../../sim/base/quantity.ts';
import type { LinkSpec, TopologySpec } from '../../sim/base/topology-spec.ts';
import { defaultHeadroomBytes } from '../../sim/derive.ts';
import { hostLink } from '../../topologies/build-topology.ts';
import { railTiers } from '../../topologies/tiers.ts';
import type { Say } from './contradiction.ts';
import { defaultBufferBytes } from './device-specs.ts';
import type { Config } from './schema/config.ts';
import type { EcnConfig, SwitchConfig } from './schema/devices.ts';
import { topologySpec } from './topology-spec.ts';

const sizeText = (bytes: number): string => formatQuantity(bytes, 'bytes');

const MAX_WIRE_BYTES = 65_535;

/** Contradictions in and between the blocks `nic` and `switch`. */
export function checkDevices({ topology, nic, switch: device, transport }: Partial<Config>, say: Say): void {
  const packetBytes = nic === undefined ? undefined : nic.mtu + nic.header;
  if (nic !== undefined && packetBytes !== undefined) {
    if (packetBytes > MAX_WIRE_BYTES)
      say(['nic', 'mtu'], `mtu and header are ${sizeText(packetBytes)} on the wire`, `at most ${MAX_WIRE_BYTES}B`);
    if (nic.ack > MAX_WIRE_BYTES) say(['nic', 'ack'], `an ACK of ${sizeText(nic.ack)}`, `at most ${MAX_WIRE_BYTES}B`);
  }
  if (device === undefined) return;
  checkEcn(device.ecn, say);
  if ('queue' in device && typeof device.queue === 'number' && packetBytes !== undefined && device.queue < packetBytes) {
    say(['switch', 'queue'], `${sizeText(device.queue)} is less than one packet`, `mtu and header are ${sizeText(packetBytes)}`);
  }
  switch (device.kind) {
    case undefined:
    case 'droptail':
      break;
    case 'composite':
      if (nic !== undefined && device.headerQueue !== undefined && device.headerQueue < nic.ack) {
        say(['switch', 'headerQueue'], `${sizeText(device.headerQueue)} is less than one header`, `nic.ack is ${sizeText(nic.ack)}`);
      }
      if (device.trim && transport?.recovery === 'none') {
        say(['transport', 'recovery'], 'nothing is sent again, and switches trim', 'choose another recovery, or set switch.trim: false');
      }
      break;
    case 'shared':
      if (topology !== undefined && packetBytes !== undefined) checkBuffer(device, topologySpec(topology), packetBytes, say);
      break;
    case 'lossless-input':
      if (device.pause !== undefined && device.resume !== undefined && device.resume > device.pause) {
        say(['switch', 'resume'], `${sizeText(device.resume)} is above pause, ${sizeText(device.pause)}`, 'resume is at most pause');
      }
      break;
  }
}

function checkEcn(ecn: EcnConfig, say: Say): void {
  if (typeof ecn !== 'object') return;
  const { low, high, probability } = ecn;
  const path = ['switch', 'ecn'];
  if ((low === undefined) !== (high === undefined)) {
    say([...path, low === undefined ? 'high' : 'low'], `a threshold without ${low === undefined ? 'low' : 'high'}`, 'give both, or none');
  } else if (low !== undefined && high !== undefined && low > high) {
    say([...path, 'low'], `${sizeText(low)} is above high, ${sizeText(high)}`, 'low is at most high');
  }
  if (probability !== undefined && low === undefined && high === undefined) {
    say([...path, 'probability'], 'a probability without thresholds', 'give low and high');
  }
}

/** What is left of the buffer after headroom and reserve of every port has to hold a packet. */
function checkBuffer(device: Extract<SwitchConfig, { kind: 'shared' }>, fabric: TopologySpec, packetBytes: number, say: Say): void {
  const bufferBytes = device.buffer ?? defaultBufferBytes(hostLink(fabric).rateBps);
  const needed = switchPorts(fabric).map(({ name, ports }) => {
    const headroomBytes = ports.reduce((sum, { link, count }) => sum + count * (device.headroom ?? defaultHeadroomBytes(link)), 0);
    const count = ports.reduce((sum, port) => sum + port.count, 0);
    return { name, count, bytes: headroomBytes + count * device.reserve };
  });
  const most = needed.reduce((a, b) => (b.bytes > a.bytes ? b : a));
  if (bufferBytes - most.bytes >= packetBytes) return;
  const what = `headroom and reserve of the ${most.count} ports of a ${most.name} are ${sizeText(most.bytes)}, the buffer is ${sizeText(bufferBytes)}`;
  say(['switch', 'buffer'], what, 'enlarge buffer, or give less headroom or reserve');
}

interface SwitchPorts {
  readonly name: string;
  readonly ports: readonly { readonly link: LinkSpec; readonly count: number }[];
}

/** The ports of each sort of switch in a fabric. */
function switchPorts(fabric: TopologySpec): SwitchPorts[] {
  switch (fabric.kind) {
    case 'leaf-spine':
    case 'rail': {
      const { leaves, spines, hostsPerLeaf } = fabric.kind === 'rail' ? railTiers(fabric) : fabric;
      const { perSpineRateBps, linksPerPair, delayPs, rateBps } = fabric.fabricLink;
      const rates = perSpineRateBps ?? Array.from({ length: spines }, () => rateBps);
      const links = rates.map((rate) => ({ rateBps: rate, delayPs }));
      const uplinks = links.map((link) => ({ link, count: linksPerPair }));
      return [
        { name: 'leaf', ports: [{ link: fabric.hostLink, count: hostsPerLeaf }, ...uplinks] },
        ...links.map((link) => ({ name: 'spine', ports: [{ link, count: leaves * linksPerPair }] })),
      ];
    }
    case 'fat-tree': {
      const { pods, torsPerPod, aggsPerPod, coresPerAgg, hostsPerTor, hostLink, fabricLink, coreLink } = fabric;
      const down = { link: fabricLink, count: torsPerPod };
      return [
        {
          name: 'ToR',
          ports: [
            { link: hostLink, count: hostsPerTor },
            { link: fabricLink, count: aggsPerPod },
          ],
        },
        { name: 'aggregation switch', ports: [down, { link: coreLink, count: coresPerAgg }] },
        { name: 'core switch', ports: [{ link: coreLink, count: pods }] },
      ];
    }
    case 'graph': {
      const ports = Array.from({ length: fabric.switches }, (): { readonly link: LinkSpec; readonly count: number }[] => []);
      for (const cable of fabric.cables) for (const end of [cable.a, cable.b]) ports[end - fabric.hosts]?.push({ link: cable, count: 1 });
      return ports.map((ofSwitch) => ({ name: 'switch', ports: ofSwitch }));
    }
  }
}
