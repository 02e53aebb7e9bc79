import type { NicSpec, SharedBufferSpec } from './base/device-spec.ts';
import type { Topology } from './base/topology.ts';
import { defaultHeadroomBytes } from './derive.ts';

/** A PAUSE frame on the wire (docs/model-switches.md 7). */
const PAUSE_BYTES = 64;

/**
 * Headroom of an ingress with which nothing is ever dropped, as long as one data class is in use and answers wait with the data.
 *
 * From the decision to pause until the last byte arrives that was not to be stopped, the upstream may deliver: what is on the wire,
 * rate x delay; what it sends while the frame waits for a packet on the reverse port, is sent itself and travels, one packet + the
 * frame + rate x delay; and the packet that it has begun by then. The packet that made the switch decide is in the headroom as well,
 * so there are three packets (IEEE 802.1Qbb, Annex O, sums the same delays).
 */
export function safeHeadroomBytes(rateBps: number, delayPs: number, packetBytes: number): number {
  return Math.ceil((2 * rateBps * delayPs) / 8e12) + 3 * packetBytes + PAUSE_BYTES;
}

/** A warning where lossless switches have less headroom than it takes to be lossless; null where they have enough. */
export function headroomWarning(device: SharedBufferSpec, nic: NicSpec, topology: Topology): string | null {
  if (!device.pfc) return null;
  const packetBytes = nic.mtuBytes + nic.headerBytes;
  let mostMissing = 0;
  let neededBytes = 0;
  for (let link = 0; link < topology.links; link++) {
    if (topology.linkTo[link]! < topology.hosts) continue; // only ports of switches have headroom
    const rateBps = topology.linkRateBps[link]!;
    const delayPs = topology.linkDelayPs[link]!;
    const safeBytes = safeHeadroomBytes(rateBps, delayPs, packetBytes);
    const missing = safeBytes - (device.headroomBytes ?? defaultHeadroomBytes({ rateBps, delayPs }));
    if (missing <= mostMissing) continue;
    mostMissing = missing;
    neededBytes = safeBytes;
  }
  if (mostMissing === 0) return null;
  const has = `${neededBytes - mostMissing} B of headroom`;
  return `${has} cannot promise that nothing is dropped: 2 x rate x delay, three packets and a PAUSE frame are ${neededBytes} B (switch.headroom)`;
}
