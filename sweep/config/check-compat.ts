import { perDimension } from './compat-spec.ts';
import type { Say } from './contradiction.ts';
import type { AstraSimConfig } from './schema/compat.ts';
import type { Config } from './schema/config.ts';

const NO_FABRIC = 'there is no fabric under compat';

/** What a cost model without a fabric cannot run, and a block of ASTRA-sim that says too little or too much. */
export function checkCompat(config: Partial<Config>, say: Say): void {
  const { compat, fidelity, jobs, background, failures = [], probes, stop, workload } = config;
  if (compat === undefined) return;
  if (fidelity === 'bound') say(['fidelity'], `bounds of a fabric, and ${NO_FABRIC}`, 'remove fidelity or compat');
  if (jobs !== undefined) say(['jobs'], 'compat runs one workload', 'give a workload in place of jobs');
  if (background !== undefined) say(['background'], `a background load, and ${NO_FABRIC}`, 'remove it, or compat');
  if (failures.length > 0) say(['failures'], `links that fail, and ${NO_FABRIC}`, 'remove them, or compat');
  if (probes !== undefined) say(['probes'], `probes of a fabric, and ${NO_FABRIC}`, 'remove them, or compat');
  if (stop?.packets !== undefined) say(['stop', 'packets'], 'compat sends no packets', 'use stop.at');
  if (compat.kind !== 'astra-sim') return;
  checkAstraSim(compat, say);
  if (workload === undefined) return;
  if ('algorithm' in workload && workload.algorithm === 'auto') {
    say(['workload', 'algorithm'], 'NCCL chooses none of the algorithms of ASTRA-sim', 'such as ring, or use compat: loggops');
  }
  const late = (['start', 'startJitter', 'stragglers'] as const).find((key) => workload[key] !== undefined);
  if (late !== undefined) say(['workload', late], 'ranks of compat: astra-sim begin together', 'remove it, or use compat: loggops');
}

function checkAstraSim(compat: AstraSimConfig, say: Say): void {
  const { network, system, topology } = compat;
  for (const key of ['topology', 'bandwidth', 'latency'] as const) {
    if (network === undefined && compat[key] === undefined) say(['compat'], `compat.${key} is missing`, 'write it, or name a network file');
  }
  for (const key of ['topology', 'npus', 'bandwidth', 'latency'] as const) {
    if (network !== undefined && compat[key] !== undefined) say(['compat', key], `${key} beside a network file`, 'remove one of them');
  }
  for (const key of ['splits', 'localMemBw'] as const) {
    if (system === undefined && compat[key] === undefined) say(['compat'], `compat.${key} is missing`, 'write it, or name a system file');
  }
  for (const key of ['endpointDelay', 'splits', 'localMemBw', 'optimization', 'algorithms'] as const) {
    if (system !== undefined && compat[key] !== undefined) say(['compat', key], `${key} beside a system file`, 'remove one of them');
  }
  const dimensions = perDimension(topology).length;
  for (const key of ['npus', 'bandwidth', 'latency'] as const) {
    const length = perDimension<unknown>(compat[key]).length;
    if (compat[key] !== undefined && length !== dimensions) {
      say(['compat', key], `${length} entries for ${dimensions} dimensions`, 'one entry a dimension');
    }
  }
  if (dimensions > 1 && compat.npus === undefined) say(['compat'], 'compat.npus is missing', 'NPUs of each dimension');
}
