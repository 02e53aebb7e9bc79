import { hashLog, type LogHash } from './event-log.ts';
import type { OracleResult } from './types.ts';

/** What two implementations must agree on. */
export interface Comparable {
  readonly counters: Readonly<Record<string, number | boolean>>;
  readonly fctPs: readonly number[];
  readonly linkLoadBytes: readonly number[];
  readonly linkQueueMaxBytes: readonly number[];
  readonly nodeHashes: readonly LogHash[];
}

export const comparable = (result: OracleResult): Comparable => ({
  counters: {
    finished: result.finished,
    completionPs: result.completionPs,
    packets: result.packets,
    packetHops: result.packetHops,
    drops: result.drops,
    retransmits: result.retransmits,
    ecnMarks: result.ecnMarks,
    queueMaxBytes: result.queueMaxBytes,
    reorderMaxPackets: result.reorderMaxPackets,
  },
  fctPs: [...result.fctPs],
  linkLoadBytes: [...result.linkLoadBytes],
  linkQueueMaxBytes: [...result.linkQueueMaxBytes],
  nodeHashes: result.nodeLogs.map(hashLog),
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
  compareLists('linkLoadBytes', expected.linkLoadBytes, actual.linkLoadBytes);
  compareLists('linkQueueMaxBytes', expected.linkQueueMaxBytes, actual.linkQueueMaxBytes);
  expected.nodeHashes.forEach((hash, node) => {
    compare(`packets at node ${node}`, hash.packets, actual.nodeHashes[node]?.packets);
    compare(`local events at node ${node}`, hash.locals, actual.nodeHashes[node]?.locals);
  });
  return lines;
}
