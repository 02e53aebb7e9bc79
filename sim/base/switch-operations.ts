import { ConfigError } from './errors.ts';
import { type Groups, groupBy } from './group-by.ts';
import type { Schedule } from './schedule.ts';
import { inOneServer, type Topology } from './topology.ts';

/** What the NVSwitches of a Schedule add and replicate (docs/model-servers.md 2.1). */
export interface SwitchOperations {
  /** The operation of each send; -1: none. */
  readonly ofSend: Int32Array;
  /** The sends of each. */
  readonly sends: Groups;
  /** 1: one rank sends to several; 0: several send to one, which gets the sum. */
  readonly isMulticast: Uint8Array;
}

/** null: there are none. */
export function switchOperations({ ops, rank, switchOperation }: Schedule): SwitchOperations | null {
  if (switchOperation === undefined) return null;
  const count = switchOperation.reduce((most, operation) => Math.max(most, operation + 1), 0);
  const sends = groupBy(ops, count, (op) => switchOperation[op]!);
  const { offset, order } = sends;
  const isMulticast = Uint8Array.from({ length: count }, (_, i) => Number(rank[order[offset[i]!]!] === rank[order[offset[i + 1]! - 1]!]));
  return { ofSend: switchOperation, sends, isMulticast };
}

/** @throws ConfigError when messages that a switch adds or replicates do not all lie in one server */
export function checkSwitchOperations(topology: Topology, schedule: Schedule): void {
  const { switchOperation, rank, peer } = schedule;
  const astray = switchOperation?.findIndex((operation, op) => operation >= 0 && !inOneServer(topology, rank[op]!, peer[op]!)) ?? -1;
  if (astray < 0) return;
  throw new ConfigError('E165', `nvls: ranks ${rank[astray]} and ${peer[astray]} are not in one server, and only an NVSwitch adds`, {
    where: { path: 'workload.algorithm' },
    hint: 'topology.gpusPerServer as large as workload.ranksPerServer, or another algorithm',
  });
}
