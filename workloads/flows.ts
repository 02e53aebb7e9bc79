import { ConfigError } from '../sim/base/errors.ts';
import type { FlowsSpec, IncastSpec } from '../sim/base/traffic-spec.ts';
import { type Schedule, ScheduleBuilder } from '../sim/base/schedule.ts';

/** Adds a flow that is posted `startPs` after the start of the run: a compute of that length stands before a send that starts late. */
export function addFlow(builder: ScheduleBuilder, src: number, dst: number, sizeBytes: number, startPs: number, phase: number): number {
  const send = builder.message(src, dst, sizeBytes, phase);
  if (startPs > 0) builder.after(send, builder.compute(src, startPs));
  return send;
}

/**
 * Flows as listed, each at its own time.
 *
 * @throws ConfigError when a flow names a rank that does not exist, or ends where it starts
 */
export function flowsSchedule(spec: FlowsSpec): Schedule {
  const builder = new ScheduleBuilder(spec.ranks);
  const phase = builder.phase('flows');
  spec.flows.forEach(({ src, dst, sizeBytes, startPs }, i) => {
    for (const [end, rank] of [
      ['src', src],
      ['dst', dst],
    ] as const) {
      if (rank < 0 || rank >= spec.ranks) {
        throw new ConfigError('E144', `there is no rank ${rank}`, {
          where: { path: `workload.flows[${i}].${end}` },
          hint: `ranks are 0..${spec.ranks - 1}`,
        });
      }
    }
    if (src === dst) {
      throw new ConfigError('E145', `a flow from rank ${src} to itself`, {
        where: { path: `workload.flows[${i}].dst` },
        hint: 'a flow joins two different ranks',
      });
    }
    addFlow(builder, src, dst, sizeBytes, startPs, phase);
  });
  return builder.build();
}

/**
 * `senders` ranks each send one flow to `receiver` at time 0: those that follow it, receiver + 1, receiver + 2, .. (mod ranks).
 *
 * @throws ConfigError when there are not that many other ranks, or no such receiver
 */
export function incastSchedule(spec: IncastSpec): Schedule {
  const { senders, receiver, ranks, sizeBytes } = spec;
  if (receiver < 0 || receiver >= ranks) {
    throw new ConfigError('E144', `there is no rank ${receiver}`, {
      where: { path: 'workload.receiver' },
      hint: `ranks are 0..${ranks - 1}`,
    });
  }
  if (senders > ranks - 1) {
    throw new ConfigError('E146', `${senders} senders and a receiver need ${senders + 1} ranks, there are ${ranks}`, {
      where: { path: 'workload.senders' },
      hint: `at most ${ranks - 1}`,
    });
  }
  const builder = new ScheduleBuilder(ranks);
  const phase = builder.phase('incast');
  for (let i = 1; i <= senders; i++) builder.message((receiver + i) % ranks, receiver, sizeBytes, phase);
  return builder.build();
}
