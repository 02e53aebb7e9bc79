import type { MalformedConfig } from './malformed/base.ts';
import { ACKS } from './malformed/acks.ts';
import { HOST_BALANCERS } from './malformed/balancers.ts';
import { COMPAT } from './malformed/compat.ts';
import { COLLECTIVES } from './malformed/collectives.ts';
import { CONTRADICTIONS } from './malformed/contradictions.ts';
import { DEVICES } from './malformed/devices.ts';
import { DOCUMENT } from './malformed/document.ts';
import { FAILURES } from './malformed/failures.ts';
import { FAT_TREE } from './malformed/fat-tree.ts';
import { JOBS } from './malformed/jobs.ts';
import { PROBES } from './malformed/probes.ts';
import { SWEEPS } from './malformed/sweeps.ts';
import { MOE } from './malformed/moe.ts';
import { TRAINING } from './malformed/training.ts';
import { TRANSPORT } from './malformed/transport.ts';
import { VALUES } from './malformed/values.ts';

/** Malformed configs and the one error each of them gives. The command-line test runs some of them through the program. */
export const MALFORMED_CONFIGS: readonly MalformedConfig[] = [
  ...DOCUMENT,
  ...VALUES,
  ...COMPAT,
  ...CONTRADICTIONS,
  ...COLLECTIVES,
  ...ACKS,
  ...HOST_BALANCERS,
  ...FAILURES,
  ...FAT_TREE,
  ...SWEEPS,
  ...MOE,
  ...TRAINING,
  ...TRANSPORT,
  ...DEVICES,
  ...JOBS,
  ...PROBES,
];
