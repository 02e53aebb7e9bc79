import type { CmConnection, CmFile, CmTrigger } from './htsim-cm.ts';
import type { Problems } from './problems.ts';

/** A connection (by its index) starts when another one was sent (ACKed) or received. */
export interface Activation {
  readonly by: number;
  readonly event: 'send-done' | 'recv-done';
}

export interface TriggerPlan {
  /** What each connection waits for; all of these must have happened. */
  readonly waits: readonly (readonly Activation[])[];
  /** Connections whose trigger is never activated; they are left out of the Schedule. */
  readonly neverStarts: readonly number[];
}

/**
 * Turns triggers into dependencies. A Schedule joins operations of one rank only, and each waits for a fixed set; so a trigger can be
 * expressed where (a) its event happens at the source of the connection it starts, `recv_done` of a connection that ends there or
 * `send_done` of one that starts there, and (b) the file alone says which activation starts what:
 *
 * - oneshot: one activator, which starts all targets;
 * - barrier: as many activators as its count, and every target waits for all of them;
 * - multishot: each activation starts the next target in file order. It is fixed when one activator stands outside and every further
 *   activation comes from the target that the one before it started: a chain.
 *
 * Everything else is noted in `problems`.
 */
export function planTriggers(cm: CmFile, file: string, problems: Problems): TriggerPlan {
  const { connections } = cm;
  const waits: Activation[][] = connections.map(() => []);
  const triggers = new Map(cm.triggers.map((trigger) => [trigger.id, trigger]));
  const targets = new Map<number, number[]>();
  connections.forEach(({ trigger }, i) => {
    if (trigger !== null) pushTo(targets, trigger, i);
  });
  const never = new Set<number>();

  const activators = new Map<number, Activation[]>();
  connections.forEach((connection, by) => {
    for (const [event, id] of doneTriggers(connection)) {
      if (!triggers.has(id))
        problems.add('E417', `there is no trigger ${id}`, { file, line: connection.line, column: 1 }, `add: trigger id ${id} oneshot`);
      pushTo(activators, id, { by, event });
    }
  });

  for (const [id, started] of targets) {
    const trigger = triggers.get(id);
    if (trigger === undefined) {
      problems.add(
        'E417',
        `there is no trigger ${id}`,
        { file, line: connections[started[0]!]!.line, column: 1 },
        `add: trigger id ${id} oneshot`,
      );
      continue;
    }
    const plan = planTrigger(trigger, started, activators.get(id) ?? [], problems, file);
    for (const target of plan.never) never.add(target);
    for (const [target, activation] of plan.edges) {
      if (!happensAtSource(connections, target, activation)) {
        const [from, to] = [connections[activation.by]!, connections[target]!];
        const place = activation.event === 'recv-done' ? `its receiver, node ${from.dst}` : `its sender, node ${from.src}`;
        problems.add(
          'E418',
          `trigger ${id} starts a connection at node ${to.src} when the one of line ${from.line} is done at ${place}`,
          { file, line: to.line, column: 1 },
          'operations wait for operations of their own rank: use recv_done_trigger with source = that destination, or send_done_trigger with the same source',
        );
      }
      waits[target]!.push(activation);
    }
  }
  spreadNever(waits, never);
  return { waits, neverStarts: [...never].sort((a, b) => a - b) };
}

type Edge = readonly [target: number, activation: Activation];

function planTrigger(
  trigger: CmTrigger,
  targets: readonly number[],
  activations: readonly Activation[],
  problems: Problems,
  file: string,
): { readonly edges: readonly Edge[]; readonly never: readonly number[] } {
  const needed = trigger.kind === 'barrier' ? trigger.count : 1;
  if (activations.length < needed) return { edges: [], never: targets };
  if (trigger.kind !== 'multishot') {
    if (activations.length > needed) {
      problems.add(
        'E418',
        `${trigger.kind} trigger ${trigger.id} has ${activations.length} activations and fires after ${needed}: which ones depends on the run`,
        { file, line: trigger.line, column: 1 },
        'a Schedule waits for fixed operations: give the trigger exactly as many activators',
      );
    }
    return { edges: targets.flatMap((target) => activations.map((activation): Edge => [target, activation])), never: [] };
  }

  const own = new Set(targets);
  const outside = activations.filter(({ by }) => !own.has(by));
  const edges: Edge[] = [];
  const chained = new Map(activations.filter(({ by }) => own.has(by)).map((activation) => [activation.by, activation]));
  if (outside.length !== 1 || chained.size + 1 !== activations.length) {
    problems.add(
      'E418',
      `multishot trigger ${trigger.id} has ${outside.length} activations from outside: which one starts which connection depends on the run`,
      { file, line: trigger.line, column: 1 },
      'one activator and then each started connection in turn can be expressed; otherwise use one trigger a connection',
    );
    return { edges, never: [] };
  }
  let activation: Activation | undefined = outside[0];
  let next = 0;
  for (; next < targets.length && activation !== undefined; next++) {
    edges.push([targets[next]!, activation]);
    activation = chained.get(targets[next]!);
  }
  return { edges, never: targets.slice(next) };
}

function happensAtSource(connections: readonly CmConnection[], target: number, { by, event }: Activation): boolean {
  const at = event === 'recv-done' ? connections[by]!.dst : connections[by]!.src;
  return at === connections[target]!.src;
}

/** A connection that waits for one that never starts never starts either. */
function spreadNever(waits: readonly (readonly Activation[])[], never: Set<number>): void {
  const dependents = new Map<number, number[]>();
  waits.forEach((activations, target) => {
    for (const { by } of activations) pushTo(dependents, by, target);
  });
  const queue = [...never];
  for (let connection = queue.pop(); connection !== undefined; connection = queue.pop()) {
    for (const target of dependents.get(connection) ?? []) {
      if (never.has(target)) continue;
      never.add(target);
      queue.push(target);
    }
  }
}

function doneTriggers(connection: CmConnection): (readonly [Activation['event'], number])[] {
  return [
    ...(connection.sendDoneTrigger === null ? [] : [['send-done', connection.sendDoneTrigger] as const]),
    ...(connection.recvDoneTrigger === null ? [] : [['recv-done', connection.recvDoneTrigger] as const]),
  ];
}

function pushTo<T>(lists: Map<number, T[]>, key: number, item: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}
