import { MessageChannel } from 'node:worker_threads';
import { ConfigError } from '../sim/base/errors.ts';
import type { Scenario } from '../sim/base/scenario.ts';
import { exchangeMemory } from '../sim/engine/exchange.ts';
import { hostCount, torCount } from '../topologies/build-topology.ts';
import type { CellOutcome } from './outcome.ts';
import { failureOf } from './outcome.ts';
import type { PartitionMessage, PartitionTask } from './partition-worker.ts';
import type { CellControl } from './pool.ts';
import type { CellSpec } from './run-cell.ts';
import { startThread } from './start-thread.ts';

/** Below this many hosts a window is so short that threads mostly wait for each other (docs/performance.md). */
const LEAST_HOSTS = 512;

/** Words of an outbox for each node: what nodes send in a window to one other partition, in usual runs. */
const OUTBOX_WORDS_A_NODE = 128;

/** How many of `threads` threads a run can use with profit; 1 where threads do not pay. Results do not depend on it. */
export function usefulThreads(scenario: Scenario, threads: number): number {
  if (scenario.fidelity !== 'packet' || hostCount(scenario.topology) < LEAST_HOSTS) return 1;
  return Math.min(threads, torCount(scenario.topology));
}

/**
 * A thread has at least one ToR with its hosts, and only packets are divided.
 *
 * @throws ConfigError when `threads` are too many
 */
export function checkThreads(scenario: Scenario, threads: number): void {
  const most = scenario.fidelity === 'packet' ? torCount(scenario.topology) : 1;
  if (threads <= most) return;
  const why = scenario.fidelity === 'packet' ? `the fabric has ${most} ToR switches` : `fidelity "${scenario.fidelity}" sends no packets`;
  throw new ConfigError('E163', `${threads} threads are too many: ${why}`, { hint: `use --threads ${most} or fewer` });
}

/**
 * Runs one cell on several threads, each with a partition of the nodes; the outcome is the same, byte for byte, as that of one thread.
 * Never rejects: a failure, the death of a thread too, is in the outcome.
 *
 * @param threads 2 or more, at most the number of ToRs
 */
export async function runOnThreads(spec: CellSpec, threads: number, control: CellControl = {}): Promise<CellOutcome> {
  const memory = exchangeMemory(threads, Math.ceil((OUTBOX_WORDS_A_NODE * hostCount(spec.scenario.topology)) / threads));
  const channels = Array.from({ length: threads - 1 }, () => new MessageChannel());
  const fromSource = import.meta.url.endsWith('.ts');
  const file = new URL(fromSource ? './partition-worker.ts' : './partition-worker.js', import.meta.url);
  const workers = Array.from({ length: threads }, (_, index) => {
    const ports = index === 0 ? channels.map(({ port1 }) => port1) : [channels[index - 1]!.port2];
    const workerData: PartitionTask = { spec, threads, index, memory, ports, stopMemory: control.stop?.memory ?? null };
    return startThread(file, { workerData, transferList: ports });
  });
  try {
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
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function died(error: unknown): CellOutcome {
  const hint = 'if memory ran out, use fewer threads or NODE_OPTIONS=--max-old-space-size=<MB>';
  return { kind: 'failed', failure: { ...failureOf(error), code: 'E210', internal: false, hint } };
}
