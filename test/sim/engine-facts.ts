import type { Scenario } from '../../sim/base/scenario.ts';
import { prepare, type Prepared } from '../../sim/prepare.ts';
import { runEngine, type EngineRun, type EngineRunOptions } from '../oracle/engine-run.ts';
import { hashPacketEvent } from '../oracle/event-log.ts';

/** All that a run says, split by how it scales: plain data, to be compared with `toEqual`. */
export interface EngineFacts {
  /** Hash of every packet arrival of each node, times in units of `unitPs`. */
  readonly packetHashes: readonly number[];
  readonly counts: Pick<EngineRun, 'finished' | 'packets' | 'packetHops' | 'drops' | 'retransmits' | 'ecnMarks' | 'reorderMaxPackets'>;
  /** Completion and flow times, in units of `unitPs`. */
  readonly times: readonly number[];
  readonly linkLoadBytes: readonly number[];
  readonly linkQueueMaxBytes: readonly number[];
}

export const factsOf = (scenario: Scenario, unitPs = 1, options: EngineRunOptions = {}): EngineFacts =>
  factsOfPrepared(prepare(scenario), unitPs, options);

export function factsOfPrepared(input: Prepared, unitPs = 1, options: EngineRunOptions = {}): EngineFacts {
  const packetHashes = new Array<number>(input.topology.hosts + input.topology.switches).fill(0);
  const result = runEngine(input, {
    ...options,
    onPacket: (node, event) => {
      packetHashes[node] = hashPacketEvent(packetHashes[node]!, { ...event, timePs: event.timePs / unitPs });
    },
  });
  const { finished, packets, packetHops, drops, retransmits, ecnMarks, reorderMaxPackets } = result;
  return {
    packetHashes,
    counts: { finished, packets, packetHops, drops, retransmits, ecnMarks, reorderMaxPackets },
    times: [result.completionPs, ...result.fctPs].map((timePs) => timePs / unitPs),
    linkLoadBytes: [...result.linkLoadBytes],
    linkQueueMaxBytes: [...result.linkQueueMaxBytes],
  };
}
