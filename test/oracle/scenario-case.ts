import type { FailureSpec, LeafSpineSpec, Scenario } from '../../sim/base/scenario.ts';
import { ScheduleBuilder, type Schedule } from '../../sim/base/schedule.ts';
import type { Topology } from '../../sim/base/topology.ts';
import { leafSpine } from '../../topologies/leaf-spine.ts';
import { oracleInput } from './fixtures.ts';
import type { OracleInput } from './types.ts';

/** A piece of a random Schedule. Ranks are taken modulo the number of hosts, so that every value shrinks freely. */
export type Traffic =
  /** One message after `startPs`; its receive is ready after `receivePs`. */
  | { kind: 'flow'; src: number; dst: number; bytes: number; startPs: number; receivePs: number }
  /** Every rank to the one `shift` further. */
  | { kind: 'permutation'; shift: number; bytes: number }
  /** The ranks after `receiver` to it. */
  | { kind: 'incast'; senders: number; receiver: number; bytes: number }
  /** One rank to `fan` others at once: a batch for Ethereal. */
  | { kind: 'burst'; src: number; fan: number; bytes: number }
  /** A message handed on from rank to rank. */
  | { kind: 'chain'; first: number; hops: number; bytes: number }
  /** Sends of one rank that follow each other by start. */
  | { kind: 'stream'; src: number; dst: number; messages: number; bytes: number }
  /** Computations of one rank that end at one instant, with a send after each. */
  | { kind: 'computations'; rank: number; count: number; durationPs: number; bytes: number }
  /** Steps of a ring: each send waits for the receive of the step before and for the start of the send before. */
  | { kind: 'ring'; steps: number; bytes: number };

/** A random scenario as plain data. */
export interface ScenarioCase {
  readonly scenario: Scenario;
  readonly traffic: readonly Traffic[];
}

/** As JSON, infinite values as the string "Infinity". `readCase` takes it back. */
export const describeScenario = (scenarioCase: ScenarioCase): string =>
  JSON.stringify(scenarioCase, (_, value: unknown) => (value === Infinity ? 'Infinity' : value));

/** The input that `describeScenario` printed, ready for `runOracle`. */
export const readCase = (text: string): OracleInput =>
  inputOf(JSON.parse(text, (_, value: unknown) => (value === 'Infinity' ? Infinity : value)) as ScenarioCase);

export const inputOf = ({ scenario, traffic }: ScenarioCase): OracleInput =>
  oracleInput(scenario, buildTraffic(traffic, scenario.topology.leaves * scenario.topology.hostsPerLeaf));

/** Packs the traffic into a Schedule for `ranks` ranks, each piece a phase of its own. */
export function buildTraffic(traffic: readonly Traffic[], ranks: number): Schedule {
  const builder = new ScheduleBuilder(ranks);
  traffic.forEach((piece, i) => addTraffic(builder, piece, ranks, builder.phase(`${i} ${piece.kind}`)));
  return builder.build();
}

function addTraffic(builder: ScheduleBuilder, piece: Traffic, ranks: number, phase: number): void {
  /** The message from `src` to the rank `distance` further, which is never `src` itself. */
  const send = (src: number, distance: number, bytes: number): number =>
    builder.message(src % ranks, ((src % ranks) + 1 + (distance % (ranks - 1))) % ranks, bytes, phase);
  switch (piece.kind) {
    case 'flow': {
      const message = send(piece.src, piece.dst, piece.bytes);
      if (piece.startPs > 0) builder.after(message, builder.compute(piece.src % ranks, piece.startPs));
      const receiver = ((piece.src % ranks) + 1 + (piece.dst % (ranks - 1))) % ranks;
      if (piece.receivePs > 0) builder.after(message + 1, builder.compute(receiver, piece.receivePs));
      return;
    }
    case 'permutation':
      for (let r = 0; r < ranks; r++) send(r, piece.shift, piece.bytes);
      return;
    case 'incast':
      for (let i = 0; i < piece.senders % ranks; i++) {
        const src = (piece.receiver + 1 + i) % ranks;
        builder.message(src, piece.receiver % ranks, piece.bytes, phase);
      }
      return;
    case 'burst':
      for (let i = 0; i < Math.min(piece.fan, ranks - 1); i++) send(piece.src, i, piece.bytes);
      return;
    case 'chain': {
      let previous = -1;
      for (let hop = 0; hop < piece.hops; hop++) {
        const message = send(piece.first + hop, 0, piece.bytes);
        if (previous >= 0) builder.after(message, previous + 1);
        previous = message;
      }
      return;
    }
    case 'stream': {
      let previous = -1;
      for (let i = 0; i < piece.messages; i++) {
        const message = send(piece.src, piece.dst, piece.bytes);
        if (previous >= 0) builder.after(message, previous, 'start');
        previous = message;
      }
      return;
    }
    case 'computations':
      for (let i = 0; i < piece.count; i++) {
        const compute = builder.compute(piece.rank % ranks, piece.durationPs);
        builder.after(send(piece.rank, i, piece.bytes), compute);
      }
      return;
    case 'ring': {
      let previous: number[] = [];
      for (let step = 0; step < piece.steps; step++) {
        const current = Array.from({ length: ranks }, (_, r) => send(r, 0, piece.bytes));
        previous.forEach((message, r) => {
          builder.after(current[r]!, message, 'start');
          builder.after(current[(r + 1) % ranks]!, message + 1);
        });
        previous = current;
      }
      return;
    }
  }
}

/** As many of the failures, in order, as leave every two leaves joined. */
export function harmlessFailures(spec: LeafSpineSpec, failures: readonly FailureSpec[]): FailureSpec[] {
  const kept: FailureSpec[] = [];
  for (const failure of failures) {
    if (isConnected(leafSpine(spec, [...kept, failure], spec.leaves * spec.hostsPerLeaf, 0))) kept.push(failure);
  }
  return kept;
}

function isConnected(topology: Topology): boolean {
  for (let a = 0; a < topology.tors; a++) {
    for (let b = 0; b < topology.tors; b++) {
      if (a !== b && topology.pathsBetween(a, b).ids.length === 0) return false;
    }
  }
  return true;
}
