import { formatExact } from '../analysis/charts/format.ts';
import type { Cell } from './cells.ts';
import type { ConfigSource } from './manifest.ts';

/**
 * What a sweep runs, a fact a line: fabric, traffic, balancer, transport. Keys that the sweep varies are left out, since the tables and
 * charts show them.
 */
export function describeCells(cells: readonly Cell[], sweptKeys: readonly string[]): readonly string[] {
  const first = cells[0];
  if (first === undefined) return [];
  const { topology, workload, balancer, transport, nic } = first.scenario;
  const isSwept = (key: string): boolean =>
    sweptKeys.some((swept) => swept === key || key.startsWith(`${swept}.`) || swept.startsWith(`${key}.`));
  const fact = (key: string, text: string): string[] => (isSwept(key) ? [] : [text]);
  const line = (name: string, facts: readonly string[]): string[] => (facts.length === 0 ? [] : [`${name}: ${facts.join(', ')}`]);

  const { hostLink, fabricLink } = topology;
  const unequal = fabricLink.perSpineRateBps !== null;
  const bundle = fabricLink.linksPerPair === 1 ? '' : `${fabricLink.linksPerPair} links a pair of `;
  const seeds = new Set(cells.map(({ seed }) => seed)).size;
  return [
    ...line('fabric', [
      ...fact('topology.leaves', `${topology.leaves} leaves`),
      ...fact('topology.hostsPerLeaf', `${topology.hostsPerLeaf} hosts each`),
      ...fact('topology.spines', `${topology.spines} spines`),
      ...fact('topology.hostLink', `host links ${linkText(hostLink.rateBps, hostLink.delayPs)}`),
      ...fact(
        'topology.fabricLink',
        `fabric links ${bundle}${unequal ? 'unequal rates by spine' : linkText(fabricLink.rateBps, fabricLink.delayPs)}`,
      ),
      ...fact('topology.placement', `${topology.placement} placement`),
      ...(first.scenario.failures.length === 0 ? [] : fact('failures', `${first.scenario.failures.length} dead links`)),
    ]),
    ...line('workload', [
      ...fact('workload.kind', workload.kind),
      ...('algorithm' in workload ? fact('workload.algorithm', workload.algorithm) : []),
      ...('sizeBytes' in workload ? fact('workload.size', formatExact(workload.sizeBytes, 'bytes')) : []),
      ...(workload.kind === 'file' ? fact('workload.path', workload.path) : []),
      ...fact('workload.ranks', `${workload.ranks} ranks`),
    ]),
    ...line('balancer', fact('balancer.kind', balancer.kind)),
    ...line('transport', [
      ...fact('transport.kind', transport.kind),
      ...fact('nic.mtu', `packets of ${nic.mtuBytes} B and ${nic.headerBytes} B of header`),
    ]),
    `${cells.length} ${cells.length === 1 ? 'cell' : 'cells'}, ${seeds} ${seeds === 1 ? 'seed' : 'seeds'}`,
  ];
}

/** What the command line changed of the config, if anything. */
export function describeOverrides({ overrides, seed }: ConfigSource): readonly string[] {
  const options = [...overrides.map((override) => `--set ${override}`), ...(seed === null ? [] : [`--seed ${seed}`])];
  return options.length === 0 ? [] : [`changed on the command line: ${options.join(' ')}`];
}

const linkText = (rateBps: number, delayPs: number): string =>
  `${formatExact(rateBps, 'bits-per-second')} ${formatExact(delayPs, 'picoseconds')}`;
