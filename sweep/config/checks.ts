import { checkAcks } from './check-acks.ts';
import { checkBalancer } from './check-balancer.ts';
import { checkCompat } from './check-compat.ts';
import { checkDevices } from './check-devices.ts';
import { checkFailures } from './check-failures.ts';
import { checkJobs } from './check-jobs.ts';
import { checkProbes } from './check-probes.ts';
import { checkTopology } from './check-topology.ts';
import { checkTransport } from './check-transport.ts';
import { checkUnused } from './check-unused.ts';
import { checkWirelessHop } from './check-wireless-hop.ts';
import { checkMessages, checkWorkload } from './check-workload.ts';
import type { Contradiction, Say } from './contradiction.ts';
import type { Config } from './schema/config.ts';

/**
 * Contradictions in the blocks that are valid; what is absent is not checked. `config.workload` and the others come from the
 * schema, so every single value is in its range already.
 *
 * @param written top-level blocks that the document has itself, not by default or profile
 */
export function contradictions(config: Partial<Config>, written: ReadonlySet<string>): Contradiction[] {
  const found: Contradiction[] = [];
  const say: Say = (path, message, hint) => found.push({ path, message, hint });
  if (config.topology !== undefined) checkTopology(config.topology, say);
  // What is no fabric has no links and hosts that the other blocks could be held against.
  const { topology: _wrong, ...others } = config;
  const sound = found.length === 0 ? config : others;
  checkWorkload(sound, say);
  // Ranks that do not fit the fabric are one mistake, not two.
  if (found.length === 0) checkMessages(sound, say);
  checkDevices(sound, say);
  checkTransport(sound, say);
  checkAcks(sound, say);
  checkBalancer(sound, say);
  checkFailures(sound, say);
  checkProbes(sound, say);
  checkJobs(sound, [...found], say);
  checkUnused(sound, written, say);
  checkCompat(sound, say);
  checkWirelessHop(sound, written, say);
  return found;
}
