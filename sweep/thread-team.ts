import { MessageChannel, type Worker } from 'node:worker_threads';
import { ConfigError } from '../sim/base/errors.ts';
import type { Scenario } from '../sim/base/scenario.ts';
import { exchangeMemory } from '../sim/engine/exchange.ts';
import { layoutOf } from '../sim/fabric/layout-of.ts';
import { hostCount, torCount } from '../topologies/build-topology.ts';
import { fabricOf, isWireless, type AnyScenario } from './any-scenario.ts';
import type { CellOutcome } from './outcome.ts';
import { failureOf } from './outcome.ts';
import type { PartitionMessage, PartitionTask } from './partition-worker.ts';
import type { CellControl } from './pool.ts';
import type { CellSpec } from './run-cell.ts';
import { startThread } from './start-thread.ts';

/** A thread with fewer hosts has so little to do in a window that it mostly waits for the others (docs/performance.md). */
const HOSTS_A_THREAD = 256;

/** Words of an outbox for each node: what nodes send in a window to one other partition, in usual runs. */
const OUTBOX_WORDS_A_NODE = 128;
/** There are two outboxes for every pair of threads. A full one costs a round at the barrier, no more. */
const MOST_OUTBOX_WORDS = 2 ** 18;

/** A thread has at least one ToR with its hosts, and only packets are divided. */
export const mostThreads = (scenario: AnyScenario): number =>
  !isWireless(scenario) && scenario.fidelity === 'packet' && scenario.compat === undefined ? torCount(scenario.topology) : 1;

/** How many of `threads` threads a run can use with profit; 1 where threads do not pay. Results do not depend on it. */
export const usefulThreads = (scenario: AnyScenario, threads: number): number =>
  isWireless(scenario)
    ? 1
    : Math.max(1, Math.min(threads, mostThreads(scenario), Math.floor(hostCount(scenario.topology) / HOSTS_A_THREAD)));

/** @throws ConfigError when a run cannot be divided among so many threads */
export function checkThreads(any: AnyScenario, threads: number): void {
  const most = mostThreads(any);
  if (threads <= most) return;
  const scenario = fabricOf(any, 'a run on several threads');
  const model = scenario.compat === undefined ? `fidelity "${scenario.fidelity}"` : `compat "${scenario.compat.kind}"`;
  const sendsPackets = scenario.fidelity === 'packet' && scenario.compat === undefined;
  const why = sendsPackets ? `the fabric has ${most} ToR switches` : `${model} sends no packets`;
  throw new ConfigError('E163', `${threads} threads are too many: ${why}`, { hint: `use --threads ${most} or fewer` });
}

/**
 * Runs one cell on several threads, each with a partition of the nodes; the outcome is the same, byte for byte, as that of one thread.
 * Never rejects: a failure, the death of a thread too, is in the outcome.
 *
 * @param threads 2 or more, at most the number of ToRs
 */
export async function runOnThreads(spec: CellSpec, threads: number, control: CellControl = {}): Promise<CellOutcome> {
  const workers: Worker[] = [];
  try {
    checkThreads(spec.scenario, threads);
    const scenario = fabricOf(spec.scenario, 'a run on several threads');
    startTeam(spec, scenario, threads, control, workers);
    return await new Promise<CellOutcome>((resolve) => {
      workers.forEach((worker, index) => {
        worker.on('message', (message: PartitionMessage) => {
          if (message.kind === 'progress') control.onProgress?.(message.progress);
          else resolve(message.outcome);
        });
        worker.on('error', (error) => resolve(died(error)));
        worker.on('exit', (code) => {
          if (index === 0 || code !== 0) resolve(died(new Error(`thread ${index} of ${threads} ended with code ${code}`)));
        });
      });
    });
  } catch (error) {
    return { kind: 'failed', failure: failureOf(error) };
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** Starts the threads one by one into `workers`, so that the caller can end those that run when one cannot be started. */
function startTeam(spec: CellSpec, scenario: Scenario, threads: number, { stop }: CellControl, workers: Worker[]): void {
  const words = Math.min(MOST_OUTBOX_WORDS, Math.ceil((OUTBOX_WORDS_A_NODE * hostCount(scenario.topology)) / threads));
  const memory = exchangeMemory(threads, words, layoutOf(scenario).words);
  const channels = Array.from({ length: threads - 1 }, () => new MessageChannel());
  const fromSource = import.meta.url.endsWith('.ts');
  const file = new URL(fromSource ? './partition-worker.ts' : './partition-worker.js', import.meta.url);
  for (let index = 0; index < threads; index++) {
    const ports = index === 0 ? channels.map(({ port1 }) => port1) : [channels[index - 1]!.port2];
    const workerData: PartitionTask = { spec, threads, index, memory, ports, stopMemory: stop?.memory ?? null };
    workers.push(startThread(file, { workerData, transferList: ports }));
  }
}

function died(error: unknown): CellOutcome {
  const hint = 'if memory ran out, use fewer threads or NODE_OPTIONS=--max-old-space-size=<MB>';
  return { kind: 'failed', failure: { ...failureOf(error), code: 'E210', internal: false, hint } };
}
