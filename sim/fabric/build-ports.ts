import type { Scenario } from '../base/scenario.ts';
import type { Topology } from '../base/topology.ts';
import type { Limits } from '../derive.ts';
import type { Engine } from '../engine/engine.ts';
import { CompositePorts } from './composite-ports.ts';
import { DroptailPorts } from './droptail-ports.ts';
import { FifoPorts, type UsualSizes } from './fifo-ports.ts';
import type { LinkTimeline } from './link-timeline.ts';
import { LosslessInputPorts } from './lossless-input-ports.ts';
import { SharedBufferPorts } from './shared-buffer-ports.ts';
import type { SwitchPorts } from './switch-ports.ts';
import type { TrafficClasses } from './traffic-classes.ts';

export interface PortsInput {
  readonly engine: Engine;
  readonly topology: Topology;
  readonly scenario: Scenario;
  readonly limits: Limits;
  readonly sizes: UsualSizes;
  readonly classes: TrafficClasses;
  /** null: links work all the time. */
  readonly timeline: LinkTimeline | null;
  /** Some packets of the run are neither data nor answers: they go in class 0. */
  readonly hasOtherControl: boolean;
}

/** Switches that send PAUSE. */
export const hasPfc = ({ switch: spec }: Scenario): boolean => spec.kind === 'lossless-input' || (spec.kind === 'shared' && spec.pfc);

/** The output ports of all switches: first in, first out and posted at once where that is exact, else such as decide late. */
export function switchPorts(input: PortsInput): SwitchPorts {
  const { engine, topology, scenario, limits, sizes, classes, timeline } = input;
  const { nic, seed, switch: spec } = scenario;
  const answersFirst = nic.ackPriority === 'high';
  // A packet that a switch held, or that crossed the air, lies in a cell that is free as soon as it is forwarded.
  const forwardsFromBatch = engine.layout.order === 0 && scenario.topology.wireless === undefined;
  const common = { engine, topology, limits, sizes, seed, answersFirst, classes, timeline, forwardsFromBatch };
  switch (spec.kind) {
    case 'droptail': {
      const decidesLate = spec.ecnAt !== 'enqueue' || engine.layout.telemetry > 0 || timeline !== null;
      const hasClasses = answersFirst || input.hasOtherControl || classes.dataClasses.length > 1;
      if (decidesLate || hasClasses) return new DroptailPorts({ ...common, spec });
      return new FifoPorts(engine, topology, spec, limits, sizes, seed);
    }
    case 'composite':
      return new CompositePorts({ ...common, spec });
    case 'shared':
      return new SharedBufferPorts({ ...common, spec });
    case 'lossless-input':
      return new LosslessInputPorts({ ...common, spec });
  }
}
