import { fabricRanks } from '../../topologies/build-topology.ts';
import { checkCollective } from './check-collective.ts';
import { checkMoe } from './check-moe.ts';
import { checkTraining } from './check-training.ts';
import { MAX_MESSAGES } from '../../workloads/import/import-request.ts';
import type { Say } from './contradiction.ts';
import { messageCount } from './message-count.ts';
import type { Config } from './schema/config.ts';
import type { TopologyConfig } from './schema/topology.ts';
import { rankFabric, type RankFabric, topologySpec } from './topology-spec.ts';

/**
 * Contradictions in a workload, and between it and the fabric.
 *
 * @param share consecutive ranks of the workload in a server; absent: as many as a server has
 */
export function checkWorkload({ topology, workload }: Partial<Config>, say: Say, share?: number): void {
  if (topology === undefined || workload === undefined) return;
  const fabric = fabricOf(topology, share);
  const most = fabricRanks(topologySpec(topology));
  const ranks = workload.ranks ?? most;
  const ranksPath = ['workload', 'ranks'];
  if (ranks > most) {
    if (topology.gpusPerServer === undefined) say(ranksPath, `${ranks} ranks on ${most} hosts`, 'a host carries one rank');
    else say(ranksPath, `${ranks} ranks on ${most} GPUs`, 'a GPU carries one rank');
  }
  const needsTwo = workload.kind !== 'file' && workload.kind !== 'flows';
  if (needsTwo && ranks < 2) say(ranksPath, `${workload.kind} among ${ranks} rank`, 'at least 2 ranks');
  switch (workload.kind) {
    case 'permutation':
      checkPermutation(workload.pattern, ranks, say);
      break;
    case 'incast':
      if (workload.senders > ranks - 1)
        say(['workload', 'senders'], `${workload.senders} senders among ${ranks} ranks`, `at most ${ranks - 1}`);
      if (workload.receiver >= ranks) say(['workload', 'receiver'], `no rank ${workload.receiver}`, `ranks are 0 to ${ranks - 1}`);
      break;
    case 'flows':
      workload.flows.forEach(({ src, dst }, i) => {
        const path = ['workload', 'flows', i];
        if (src >= ranks) say([...path, 'src'], `no rank ${src}`, `ranks are 0 to ${ranks - 1}`);
        if (dst >= ranks) say([...path, 'dst'], `no rank ${dst}`, `ranks are 0 to ${ranks - 1}`);
        if (src === dst) say([...path, 'dst'], `rank ${dst} sends to itself`, 'a flow joins two ranks');
      });
      break;
    case 'moe':
      checkMoe(workload, ranks, fabric.perServer, say);
      break;
    case 'training':
      checkTraining(workload, ranks, say);
      break;
    case 'file':
      break;
    default:
      checkCollective(workload, ranks, fabric, say);
  }
}

/** Does its Schedule fit in memory? */
export function checkMessages({ topology, workload }: Partial<Config>, say: Say, share?: number): void {
  if (topology === undefined || workload === undefined) return;
  const ranks = workload.ranks ?? fabricRanks(topologySpec(topology));
  const messages = messageCount(workload, ranks, fabricOf(topology, share));
  if (messages === null || messages <= MAX_MESSAGES) return;
  const count = messages < 1e9 ? String(messages) : messages.toExponential(1).replace('e+', 'e');
  const others =
    workload.kind === 'training'
      ? 'layers, micro-batches or ranks, a larger bucket or mergeLayers'
      : workload.kind === 'moe'
        ? 'layers or ranks'
        : workload.kind === 'all-to-all'
          ? 'ranks'
          : 'ranks, or another algorithm';
  say(['workload'], `${workload.kind} among ${ranks} ranks is ${count} messages`, `at most ${MAX_MESSAGES}; choose fewer ${others}`);
}

const fabricOf = (topology: TopologyConfig, share: number | undefined): RankFabric => ({
  ...rankFabric(topology),
  ...(share === undefined ? {} : { perServer: share }),
});

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));

function checkPermutation(pattern: 'random' | { shift: number } | { multiply: number; add: number }, ranks: number, say: Say): void {
  if (pattern === 'random' || ranks < 2) return;
  const path = ['workload', 'pattern'];
  if ('shift' in pattern) {
    if (pattern.shift % ranks === 0)
      say([...path, 'shift'], `a shift by ${pattern.shift} among ${ranks} ranks sends every rank to itself`, 'choose another');
    return;
  }
  const { multiply, add } = pattern;
  if (divisor(multiply, ranks) !== 1) {
    say([...path, 'multiply'], `${multiply} has a common divisor with ${ranks} ranks: no permutation`, 'choose one without');
  } else if (add % divisor((multiply - 1) % ranks, ranks) === 0) {
    // (multiply - 1) r = -add (mod ranks) has a solution r exactly if the divisor divides add.
    say([...path, 'add'], `some rank sends to itself: ${multiply} r + ${add} = r mod ${ranks}`, 'choose another');
  }
}
