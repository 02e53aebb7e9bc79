import type { JobFlows } from '../base/job-flows.ts';
import type { CongestionControl, HostControl } from './congestion-control.ts';
import type { Telemetry } from './telemetry.ts';

/**
 * What hosts ask of the congestion controls of several jobs: each flow has that of its job, under its number there. The rate of a flow is copied
 * right before it is needed; a flow that is not paced has an infinite one.
 */
export class MixedControl implements HostControl {
  readonly rateBps: Float64Array | null;
  readonly hearsTransmissions: boolean;
  readonly needsTelemetry: boolean;
  readonly #controls: readonly CongestionControl[];
  readonly #jobOfFlow: Uint8Array;
  readonly #ownFlow: Int32Array;

  constructor(controls: readonly CongestionControl[], { jobOfFlow, ownFlow }: JobFlows) {
    const isPaced = controls.some(({ rateBps }) => rateBps !== null);
    this.rateBps = isPaced ? new Float64Array(jobOfFlow.length).fill(Infinity) : null;
    this.hearsTransmissions = isPaced || controls.some((control) => control.hearsTransmissions);
    this.needsTelemetry = controls.some((control) => control.needsTelemetry);
    this.#controls = controls;
    this.#jobOfFlow = jobOfFlow;
    this.#ownFlow = ownFlow;
  }

  onTelemetry(flow: number, telemetry: Telemetry, address: number): void {
    const control = this.#controls[this.#jobOfFlow[flow]!]!;
    if (control.needsTelemetry) control.onTelemetry(this.#ownFlow[flow]!, telemetry, address);
  }

  onTransmit(flow: number, bytes: number): void {
    const control = this.#controls[this.#jobOfFlow[flow]!]!;
    const own = this.#ownFlow[flow]!;
    if (control.hearsTransmissions) control.onTransmit(own, bytes);
    if (this.rateBps !== null && control.rateBps !== null) this.rateBps[flow] = control.rateBps[own]!;
  }
}
