import type { Scenario } from '../base/scenario.ts';
import { recordLayout, type RecordLayout } from '../engine/record-layout.ts';

/** What the packet records of a Scenario carry. */
export const layoutOf = (scenario: Scenario): RecordLayout =>
  recordLayout({ sack: scenario.nic.acks === 'uec-sack', pull: false, tag: false, telemetryHops: 0 });
