import type { EngineRun } from './engine-run.ts';
import { hashLog } from './event-log.ts';
import type { OracleResult } from './types.ts';

/** What two implementations must agree on. */
export interface Comparable {
  readonly counters: Readonly<Record<string, number | boolean>>;
  readonly fctPs: readonly number[];
  /** By operation. */
  readonly startPs: readonly number[];
  readonly endPs: readonly number[];
  readonly linkLoadBytes: readonly number[];
  readonly linkQueueMaxBytes: readonly number[];
  /** Hash of the packet arrivals of each node. */
  readonly packetHashes: readonly number[];
  /** Hash of the local events of each node; null where they were not observed. */
  readonly localHashes: readonly number[] | null;
}

export const comparable = (result: OracleResult): Comparable => ({
  ...comparableTotals(result),
  packetHashes: result.nodeLogs.map((log) => hashLog(log).packets),
  localHashes: result.nodeLogs.map((log) => hashLog(log).locals),
});

/** Of its local events the engine shows only the effects. */
export const comparableEngine = (run: EngineRun): Comparable => ({
  ...comparableTotals(run),
  packetHashes: run.packetHashes,
  localHashes: null,
});

const comparableTotals = (result: Omit<OracleResult, 'nodeLogs'>): Omit<Comparable, 'packetHashes' | 'localHashes'> => ({
  counters: {
    finished: result.finished,
    completionPs: result.completionPs,
    packets: result.packets,
    packetHops: result.packetHops,
    drops: result.drops,
    lostOnLinks: result.lostOnLinks,
    trims: result.trims,
    pfcPauses: result.pfcPauses,
    isDeadlocked: result.deadlock !== null,
    retransmits: result.retransmits,
    ecnMarks: result.ecnMarks,
    queueMaxBytes: result.queueMaxBytes,
    reorderMaxPackets: result.reorderMaxPackets,
  },
  fctPs: [...result.fctPs],
  startPs: [...result.operations.startPs],
  endPs: [...result.operations.endPs],
  linkLoadBytes: [...result.linkLoadBytes],
  linkQueueMaxBytes: [...result.linkQueueMaxBytes],
});

/** One line a disagreement; none when the two agree. */
export function differences(expected: Comparable, actual: Comparable): string[] {
  const lines: string[] = [];
  const compare = (name: string, a: unknown, b: unknown): void => {
    if (!Object.is(a, b)) lines.push(`${name}: expected ${String(a)}, got ${String(b)}`);
  };
  const compareLists = (name: string, a: readonly number[], b: readonly number[]): void => {
    compare(`${name} length`, a.length, b.length);
    a.forEach((value, i) => compare(`${name}[${i}]`, value, b[i]));
  };
  for (const [name, value] of Object.entries(expected.counters)) compare(name, value, actual.counters[name]);
  compareLists('fctPs', expected.fctPs, actual.fctPs);
  compareLists('startPs', expected.startPs, actual.startPs);
  compareLists('endPs', expected.endPs, actual.endPs);
  compareLists('linkLoadBytes', expected.linkLoadBytes, actual.linkLoadBytes);
  compareLists('linkQueueMaxBytes', expected.linkQueueMaxBytes, actual.linkQueueMaxBytes);
  compareLists('packets at node', expected.packetHashes, actual.packetHashes);
  if (expected.localHashes !== null && actual.localHashes !== null) {
    compareLists('local events at node', expected.localHashes, actual.localHashes);
  }
  return lines;
}
