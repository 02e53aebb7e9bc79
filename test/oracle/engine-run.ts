import { Network } from '../../sim/fabric/network.ts';
import { CE, TYPE_MASK } from '../../sim/fabric/meta.ts';
import { deriveLimits } from '../../sim/derive.ts';
import type { BatchObserver } from '../../sim/engine/engine.ts';
import { FIRST_CLASS, PORT_BITS, PORT_MASK } from '../../sim/engine/record.ts';
import { hashPacketEvent, type PacketEvent } from './event-log.ts';
import type { OracleInput, OracleResult } from './types.ts';

/** What the engine says of an input, in the oracle's terms; of its local events only effects are seen. */
export interface EngineRun extends Omit<OracleResult, 'nodeLogs'> {
  readonly packetHashes: readonly number[];
}

/** Runs the engine on an oracle's input. `windowPs` undefined: the engine's own window. */
export function runEngine(input: OracleInput, windowPs?: number, onPacket?: (node: number, event: PacketEvent) => void): EngineRun {
  const { topology, schedule, scenario } = input;
  const packetHashes = new Array<number>(topology.hosts + topology.switches).fill(0);
  const observer: BatchObserver = (engine, node, count) => {
    const { keys, addresses } = engine.sorter;
    for (let i = 0; i < count; i++) {
      const key = keys[i]!;
      const port = key & PORT_MASK;
      if (port >= FIRST_CLASS) continue;
      const a = addresses[i]!;
      const meta = engine.arena[a + 3]! & 0xff;
      const event: PacketEvent = {
        timePs: engine.clock[0]! + (key >>> PORT_BITS),
        port,
        flow: engine.arena[a + 1]!,
        seq: engine.arena[a + 2]!,
        type: (meta & TYPE_MASK) as PacketEvent['type'],
        marked: (meta & CE) !== 0,
        entropy: engine.arena[a + 4]! & 0xffff,
      };
      packetHashes[node] = hashPacketEvent(packetHashes[node]!, event);
      onPacket?.(node, event);
    }
  };
  const network = new Network(
    { ...input, limits: deriveLimits(scenario, topology) },
    windowPs === undefined ? { observer } : { observer, windowPs },
  );
  network.engine.run(scenario.stopAtPs, null, 1);
  network.checkConservation();
  const { ports, runner, hosts } = network;
  const finished = runner.opsLeft === 0;
  const linkQueueMaxBytes = Float64Array.from({ length: topology.links }, (_, link) => ports.peakBytes(link));
  const sum = (values: Iterable<number>): number => [...values].reduce((a, b) => a + b, 0);
  return {
    finished,
    completionPs: finished ? runner.lastEndPs : NaN,
    fctPs: runner.fctPs.slice(0, schedule.ops),
    packets: sum(hosts.map((host) => host.nic.packets)),
    packetHops: network.packetHops(),
    drops: sum(ports.drops),
    retransmits: sum(hosts.map((host) => host.nic.retransmits)),
    ecnMarks: sum(ports.marks),
    queueMaxBytes: Math.max(0, ...linkQueueMaxBytes),
    reorderMaxPackets: network.receiver.reorderMaxPackets,
    linkLoadBytes: network.loads.totalBytes,
    linkQueueMaxBytes,
    packetHashes,
  };
}
