import { arena } from '../../sim/engine/arena.ts';
import { SEND } from '../../sim/base/schedule.ts';
import { joinPartialRuns, partialRun, checkConservation, type PartialRun } from '../../sim/partial-run.ts';
import { runNetwork } from '../../sim/packet-run.ts';
import { routesOf } from '../../sim/prepare.ts';
import { Network } from '../../sim/fabric/network.ts';
import { ACK_REQUEST, AGAIN, CE, LAST_HOP, TYPE_MASK } from '../../sim/base/packet.ts';
import { deriveLimits } from '../../sim/derive.ts';
import type { BatchObserver } from '../../sim/engine/engine.ts';
import type { Partition } from '../../sim/engine/exchange.ts';
import { FIRST_CLASS, PORT_BITS, PORT_MASK } from '../../sim/engine/record.ts';
import { airInterface } from '../../wireless/hop/wireless-hop.ts';
import { hashPacketEvent, type PacketEvent } from './event-log.ts';
import type { OracleInput, OracleResult } from './types.ts';

/** What the engine says of an input, in the oracle's terms; of its local events only effects are seen. */
export interface EngineRun extends Omit<OracleResult, 'nodeLogs'> {
  readonly packetHashes: readonly number[];
}

/** How the engine runs an input: nothing of it may change a result. */
export interface EngineRunOptions {
  /** Default: the engine's own window. */
  readonly windowPs?: number;
  /** Sees every packet arrival of every node, for a node in order. */
  readonly onPacket?: (node: number, event: PacketEvent) => void;
}

/** Runs the engine on an oracle's input. */
export function runEngine(input: OracleInput, options: EngineRunOptions = {}): EngineRun {
  return engineRun(input, [runPart(input, options)]);
}

/** What one partition of a run says, as plain data. */
export interface PartOfRun {
  readonly partial: PartialRun;
  /** 0 at the nodes of other partitions. */
  readonly packetHashes: readonly number[];
}

/** Runs one partition, or with none everything. */
export function runPart(input: OracleInput, { windowPs, onPacket }: EngineRunOptions, partition?: Partition): PartOfRun {
  const { topology, scenario } = input;
  const packetHashes = new Array<number>(topology.hosts + topology.switches).fill(0);
  const observer: BatchObserver = (engine, node, count) => {
    const { addresses } = engine.batch;
    for (let i = 0; i < count; i++) {
      const key = arena[addresses[i]!]!;
      const port = key & PORT_MASK;
      if (port >= FIRST_CLASS) continue;
      const a = addresses[i]!;
      const meta = arena[a + 3]! & 0xff;
      const event: PacketEvent = {
        timePs: engine.clock[0]! + (key >>> PORT_BITS),
        port,
        flow: arena[a + 1]!,
        seq: arena[a + 2]!,
        type: (meta & TYPE_MASK) as PacketEvent['type'],
        marked: (meta & CE) !== 0,
        lastHop: (meta & LAST_HOP) !== 0,
        again: (meta & AGAIN) !== 0,
        asksForAnswer: (meta & ACK_REQUEST) !== 0,
        entropy: arena[a + 4]! & 0xffff,
      };
      packetHashes[node] = hashPacketEvent(packetHashes[node]!, event);
      onPacket?.(node, event);
    }
  };
  const limits = deriveLimits(scenario, topology);
  const network = new Network(
    {
      ...input,
      jobs: input.jobs.map((job) => ({ ...job, limits: deriveLimits({ ...scenario, transport: job.transport }, topology) })),
      limits,
      routes: routesOf(scenario, topology),
      cutOff: null,
      classOfFlow: input.classOfFlow ?? null,
    },
    {
      observer,
      ...(windowPs === undefined ? {} : { windowPs }),
      ...(partition === undefined ? {} : { partition }),
      ...(scenario.topology.wireless === undefined ? {} : { air: airInterface(scenario.topology.wireless, scenario.seed) }),
    },
  );
  try {
    const ending = runNetwork(network, scenario, partition === undefined ? {} : { partition });
    return { partial: partialRun(network, topology, ending), packetHashes };
  } finally {
    network.release();
  }
}

/** Joins what the partitions of a run say. */
export function engineRun({ schedule }: OracleInput, parts: readonly PartOfRun[]): EngineRun {
  const run = joinPartialRuns(parts.map(({ partial }) => partial));
  checkConservation(run);
  const finished = run.opsEnded === schedule.ops;
  return {
    finished,
    completionPs: finished ? run.lastEndPs : NaN,
    fctPs: run.operations.endPs.map((ps, op) => (schedule.kind[op] === SEND ? ps - run.operations.startPs[op]! : NaN)),
    operations: run.operations,
    packets: run.packets,
    packetHops: run.packetHops,
    drops: run.drops + run.lostOnLinks + run.withoutNextHop,
    lostOnLinks: run.lostOnLinks,
    trims: run.trims,
    pfcPauses: run.pfcPauses,
    deadlock: run.isDeadlocked ? [] : null,
    retransmits: run.retransmits,
    ecnMarks: run.ecnMarks,
    queueMaxBytes: run.queueMaxBytes.reduce((most, bytes) => Math.max(most, bytes), 0),
    reorderMaxPackets: run.reorderMaxPackets,
    linkLoadBytes: run.loadBytes,
    linkQueueMaxBytes: run.queueMaxBytes,
    packetHashes: parts[0]!.packetHashes.map((_, node) => parts.reduce((hash, part) => hash || part.packetHashes[node]!, 0)),
  };
}
