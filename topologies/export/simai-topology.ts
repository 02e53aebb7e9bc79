import type { LinkSpec, RailSpec, TopologySpec } from '../../sim/base/topology-spec.ts';
import { cannotExpressFabric } from './cannot-express.ts';
import { ns3Rate, wholeNs } from './ns3-words.ts';

const FORMAT = 'the SimAI topology';

/**
 * A rail fabric as SimAI's topology file, line by line: GPUs server by server, then the NVSwitch of each server, access switches (leaves)
 * and aggregation switches (spines). Everything is checked before the first line is asked for.
 *
 * @param spec whose servers have a NIC a GPU
 * @throws ConfigError for another kind of fabric, GPUs that share a NIC, delays that are no whole number of ns
 */
export function simaiTopologyText(spec: TopologySpec): Iterable<string> {
  if (spec.kind !== 'rail') throw cannotExpressFabric(FORMAT, `topology kind ${spec.kind}`, 'use kind rail');
  const { gpus, nics, nvlink } = spec.server;
  if (nics !== gpus) throw cannotExpressFabric(FORMAT, `${nics} NICs for ${gpus} GPUs of a server`, 'use nicsPerServer = gpusPerServer');
  // The NVSwitch stands in the middle of the way from GPU to GPU.
  const half: LinkSpec = { rateBps: nvlink.rateBps, delayPs: nvlink.delayPs / 2 };
  wholeNs(FORMAT, half, 'half the NVLink');
  wholeNs(FORMAT, spec.hostLink, 'the host link');
  wholeNs(FORMAT, spec.fabricLink, 'the fabric link');
  return lines(spec, half);
}

function* lines(
  { servers, serversPerSegment, spines, hostLink, fabricLink, server: { gpus } }: RailSpec,
  nvlink: LinkSpec,
): Generator<string> {
  const allGpus = servers * gpus;
  const leaves = (servers / serversPerSegment) * gpus;
  const firstLeaf = allGpus + servers;
  const nodes = firstLeaf + leaves + spines;
  const { perSpineRateBps, linksPerPair } = fabricLink;
  const links = 2 * allGpus + leaves * spines * linksPerPair;
  // A simulated fabric has no type of GPU; this is SimAI's word for that.
  yield `${nodes} ${gpus} ${servers} ${leaves + spines} ${links} NONE\n`;
  yield `${Array.from({ length: nodes - allGpus }, (_, i) => `${allGpus + i} `).join('')}\n`;
  for (let gpu = 0; gpu < allGpus; gpu++) {
    const server = Math.floor(gpu / gpus);
    const leaf = Math.floor(server / serversPerSegment) * gpus + (gpu % gpus);
    yield `${gpu} ${allGpus + server} ${words(nvlink)}\n${gpu} ${firstLeaf + leaf} ${words(hostLink)}\n`;
  }
  for (let leaf = 0; leaf < leaves; leaf++) {
    for (let spine = 0; spine < spines; spine++) {
      const link = { ...fabricLink, rateBps: perSpineRateBps?.[spine] ?? fabricLink.rateBps };
      for (let i = 0; i < linksPerPair; i++) yield `${firstLeaf + leaf} ${firstLeaf + leaves + spine} ${words(link)}\n`;
    }
  }
}

/** Delays in ms, as SimAI's own generator writes them: whole ns are decimals without exponent. */
const words = ({ rateBps, delayPs }: LinkSpec): string => `${ns3Rate(rateBps)} ${delayPs / 1e9}ms 0`;
