import type { ChakraOptions } from '../../sim/base/file-spec.ts';
import { MinHeap } from '../../sim/base/min-heap.ts';
import type { Notice } from '../workload.ts';
import { describeNode, placeOfNode, type Trace, type TraceNode } from './chakra-trace.ts';
import { findCircle } from './finish-import.ts';
import type { Problems } from './problems.ts';

/** The nodes of one rank in ascending order of id, with their dependencies resolved. */
export interface TraceGraph {
  readonly file: string;
  readonly nodes: readonly TraceNode[];
  /** deps[i]: indices of the nodes that node i waits for, each once. */
  readonly deps: readonly (readonly number[])[];
  /** dependents[i]: indices of the nodes that wait for node i. */
  readonly dependents: readonly (readonly number[])[];
  /** Every node after those it waits for; among the ready ones the lowest id first. */
  readonly order: readonly number[];
}

const SHOWN_IDS = 5;

/**
 * Resolves dependencies (data and control, or data only). Two nodes with one id, dependencies on ids that are not in the file, and
 * circles are noted in `problems`; `missingDeps: drop` takes the second case as a notice.
 */
export function traceGraph(trace: Trace, options: ChakraOptions, problems: Problems, notices: Notice[]): TraceGraph {
  const where = { file: trace.file };
  const nodes = [...trace.nodes].sort((a, b) => a.id - b.id);
  const indexOf = new Map<number, number>();
  nodes.forEach((node, i) => {
    if (!Number.isSafeInteger(node.id))
      problems.add('E423', `${describeNode(node)}: the id is no whole number below 2^53`, where, 'number the nodes from 0');
    const first = indexOf.get(node.id);
    if (first === undefined) indexOf.set(node.id, i);
    else
      problems.add(
        'E423',
        `id ${node.id} is used twice (${placeOfNode(nodes[first]!)}, ${placeOfNode(node)})`,
        where,
        'give every node its own id',
      );
  });

  const missing = new Set<number>();
  let dropped = 0;
  const deps = nodes.map((node): readonly number[] => {
    const ids = options.deps === 'data' ? node.dataDeps : [...node.dataDeps, ...node.ctrlDeps];
    const indices = new Set<number>();
    for (const id of ids) {
      const index = indexOf.get(id);
      if (index !== undefined) indices.add(index);
      else {
        missing.add(id);
        dropped++;
      }
    }
    return indices.size === 0 ? NOBODY : [...indices];
  });
  if (missing.size > 0) {
    const shown = [...missing].sort((a, b) => a - b).slice(0, SHOWN_IDS);
    const ids = `${shown.join(', ')}${missing.size > shown.length ? `, .. (${missing.size} ids)` : ''}`;
    if (options.missingDeps === 'drop') {
      notices.push({ level: 'warning', text: `${trace.file}: dropped ${dropped} dependencies on ids that are not in the file: ${ids}` });
    } else {
      problems.add(
        'E424',
        `${dropped} dependencies on ids that are not in the file: ${ids}`,
        where,
        'chakra: { missingDeps: drop } ignores them',
      );
    }
  }

  const dependents = whoWaits(deps);
  const order = lowestIdFirst(deps, dependents);
  if (order.length < nodes.length) {
    const placed = new Set(order);
    const start = nodes.findIndex((_, i) => !placed.has(i));
    const circle = findCircle(start, (i) => deps[i]!.find((dep) => !placed.has(dep))!);
    const message = `nodes wait for each other in a circle: ${circle.map((i) => nodes[i]!.id).join(' waits for ')}`;
    problems.add('E425', message, where, 'remove one of these dependencies');
  }
  return { file: trace.file, nodes, deps, dependents, order };
}

/** Of each node those that wait for it, in ascending order: lists of just the length that they need. */
function whoWaits(deps: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const offset = new Int32Array(deps.length + 1);
  for (const waits of deps) for (const dep of waits) offset[dep + 1]!++;
  for (let i = 0; i < deps.length; i++) offset[i + 1]! += offset[i]!;
  const next = offset.slice();
  const waiters = new Int32Array(offset[deps.length]!);
  deps.forEach((waits, i) => {
    for (const dep of waits) waiters[next[dep]!++] = i;
  });
  return deps.map((_, i) => (offset[i] === offset[i + 1] ? NOBODY : Array.from(waiters.subarray(offset[i], offset[i + 1]))));
}

const NOBODY: readonly number[] = [];

/** Topological order; nodes of a circle, and those behind one, are left out. */
function lowestIdFirst(deps: readonly (readonly number[])[], dependents: readonly (readonly number[])[]): number[] {
  const waiting = deps.map((waits) => waits.length);
  const ready = new MinHeap<number>((a, b) => a < b);
  waiting.forEach((count, i) => {
    if (count === 0) ready.push(i);
  });
  const order: number[] = [];
  for (let i = ready.pop(); i !== undefined; i = ready.pop()) {
    order.push(i);
    for (const waiter of dependents[i]!) if (--waiting[waiter]! === 0) ready.push(waiter);
  }
  return order;
}
