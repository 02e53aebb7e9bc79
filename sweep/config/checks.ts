import { formatQuantity } from '../../sim/base/quantity.ts';
import { hostCount } from '../../topologies/build-topology.ts';
import { linkExists, linkNames } from '../../topologies/link-names.ts';
import { algorithmProblem } from '../../workloads/collectives/collective.ts';
import { checkTopology } from './check-topology.ts';
import type { Contradiction, Say } from './contradiction.ts';
import { MAX_MESSAGES, messageCount } from './message-count.ts';
import type { Config } from './schema/config.ts';
import { topologySpec } from './topology-spec.ts';
import type { KeyPath } from './tree.ts';

const sizeText = (bytes: number): string => formatQuantity(bytes, 'bytes');
const rateText = (bps: number): string => formatQuantity(bps, 'rate');

const MAX_WIRE_BYTES = 65_535;

/**
 * Contradictions in the blocks that are valid; what is absent is not checked. `config.workload` and the others come from the
 * schema, so every single value is in its range already.
 */
export function contradictions(config: Partial<Config>): Contradiction[] {
  const found: Contradiction[] = [];
  const say: Say = (path, message, hint) => found.push({ path, message, hint });
  if (config.topology !== undefined) checkTopology(config.topology, say);
  checkWorkload(config, say);
  // Ranks that do not fit the fabric are one mistake, not two.
  if (found.length === 0) checkMessages(config, say);
  checkTransport(config, say);
  checkAcks(config, say);
  checkFailures(config, say);
  return found;
}

function checkWorkload({ topology, workload }: Partial<Config>, say: Say): void {
  if (topology === undefined || workload === undefined) return;
  const hosts = hostCount(topologySpec(topology));
  const ranks = workload.ranks ?? hosts;
  const ranksPath = ['workload', 'ranks'];
  if (ranks > hosts) say(ranksPath, `${ranks} ranks on ${hosts} hosts`, 'a host carries one rank');
  const needsTwo = workload.kind !== 'file' && workload.kind !== 'flows';
  if (needsTwo && ranks < 2) say(ranksPath, `${workload.kind} among ${ranks} rank`, 'at least 2 ranks');
  switch (workload.kind) {
    case 'all-reduce':
    case 'all-gather':
    case 'reduce-scatter':
    case 'all-to-all': {
      const problem = algorithmProblem(workload.kind, workload.algorithm, ranks);
      if (problem !== null) say(['workload', 'algorithm'], problem, 'choose another algorithm or number of ranks');
      break;
    }
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
    case 'moe': {
      const { experts, topk, hidden, dispatch, combine } = workload;
      if (topk > experts) say(['workload', 'topk'], `${topk} of ${experts} experts`, `at most ${experts}`);
      if (experts % ranks !== 0)
        say(['workload', 'experts'], `${experts} experts on ${ranks} ranks`, 'the experts must be a multiple of the ranks');
      if ((dispatch === 'fp8' || combine === 'logfmt10') && hidden % 128 !== 0) {
        say(
          ['workload', 'hidden'],
          `hidden size ${hidden} with one scale for 128 values`,
          'a multiple of 128, or give dispatch and combine in bytes',
        );
      }
      break;
    }
  }
}

function checkMessages({ topology, workload }: Partial<Config>, say: Say): void {
  if (topology === undefined || workload === undefined) return;
  const ranks = workload.ranks ?? hostCount(topologySpec(topology));
  const messages = messageCount(workload, ranks);
  if (messages === null || messages <= MAX_MESSAGES) return;
  const count = messages < 1e9 ? String(messages) : messages.toExponential(1).replace('e+', 'e');
  const others = workload.kind === 'moe' ? 'layers or ranks' : workload.kind === 'all-to-all' ? 'ranks' : 'ranks, or another algorithm';
  say(['workload'], `${workload.kind} among ${ranks} ranks is ${count} messages`, `at most ${MAX_MESSAGES}; choose fewer ${others}`);
}

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

function checkTransport({ topology, transport, nic, switch: device }: Partial<Config>, say: Say): void {
  const packet = nic === undefined ? undefined : nic.mtu + nic.header;
  if (packet !== undefined && packet > MAX_WIRE_BYTES) {
    say(['nic', 'mtu'], `mtu and header are ${sizeText(packet)} on the wire`, `at most ${MAX_WIRE_BYTES}B`);
  }
  if (nic !== undefined && nic.ack > MAX_WIRE_BYTES) say(['nic', 'ack'], `an ACK of ${sizeText(nic.ack)}`, `at most ${MAX_WIRE_BYTES}B`);
  const onePacket = (path: KeyPath, bytes: number | undefined): void => {
    if (packet !== undefined && bytes !== undefined && bytes < packet) {
      say(path, `${sizeText(bytes)} is less than one packet`, `mtu and header are ${sizeText(packet)}`);
    }
  };
  if (device !== undefined) {
    if (typeof device.queue === 'number') onePacket(['switch', 'queue'], device.queue);
    if (typeof device.ecn === 'object' && device.ecn.low > device.ecn.high) {
      say(['switch', 'ecn', 'low'], `${sizeText(device.ecn.low)} is above high, ${sizeText(device.ecn.high)}`, 'low is at most high');
    }
  }
  if (transport === undefined) return;
  if (transport.nackInterval !== undefined && transport.recovery !== 'gbn') {
    say(['transport', 'nackInterval'], 'no NACKs without go-back-N', 'set recovery: gbn, or remove the key');
  }
  if (transport.rto !== undefined && transport.recovery === 'none') {
    say(['transport', 'rto'], 'no timeout without recovery', 'remove the key');
  }
  const atMostLine = (key: string, rateBps: number | undefined): void => {
    if (topology !== undefined && rateBps !== undefined && rateBps > topology.hostLink.rate) {
      say(['transport', key], `${rateText(rateBps)} is above the rate of the host links`, `at most ${rateText(topology.hostLink.rate)}`);
    }
  };
  if (transport.kind === 'fixed') {
    atMostLine('rate', transport.rate);
    onePacket(['transport', 'window'], transport.window);
  }
  if (transport.kind === 'dctcp-rate') atMostLine('minRate', transport.minRate);
  if (transport.kind === 'dctcp') {
    const { initialWindow, minWindow } = transport;
    onePacket(['transport', 'initialWindow'], initialWindow);
    onePacket(['transport', 'minWindow'], minWindow);
    if (initialWindow !== undefined && minWindow !== undefined && minWindow > initialWindow) {
      say(['transport', 'minWindow'], 'minWindow is above initialWindow', 'at most initialWindow');
    }
  }
}

/** Without ACKs the sender learns nothing of losses, marks or window space. */
function checkAcks({ transport, nic, switch: device }: Partial<Config>, say: Say): void {
  if (nic?.acks !== 'none') return;
  const path = ['nic', 'acks'];
  if (transport !== undefined) {
    if (transport.kind !== 'fixed') say(path, `transport ${transport.kind} needs ACKs`, 'use transport: fixed');
    else if (transport.window !== undefined) say(path, 'a window needs ACKs', 'remove transport.window');
    if (transport.recovery !== undefined && transport.recovery !== 'none') {
      say(path, `recovery ${transport.recovery} needs ACKs`, 'set transport.recovery: none, or remove it');
    }
  }
  if (device !== undefined && device.queue !== 'infinite') say(path, 'a switch that drops needs ACKs', 'set switch.queue: infinite');
}

function checkFailures({ topology, failures }: Partial<Config>, say: Say): void {
  const fabric = topology === undefined ? null : topologySpec(topology);
  failures?.forEach((failure, i) => {
    if (failure.at !== 0) say(['failures', i, 'at'], 'a failure after the start is not available in this version', 'at: 0s, or no at');
    if (failures.findIndex((other) => other.link === failure.link) < i) {
      say(['failures', i, 'link'], `link "${failure.link}" is down already`, 'remove one');
    }
    if (fabric !== null && !linkExists(fabric, failure.link)) {
      say(['failures', i, 'link'], `no link "${failure.link.slice(0, 40)}" in this fabric`, linkNames(fabric));
    }
  });
}
