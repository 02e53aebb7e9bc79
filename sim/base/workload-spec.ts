import type { CollectiveSpec } from './collective-spec.ts';
import type { FileSpec } from './file-spec.ts';
import type { MoeSpec } from './moe-spec.ts';
import type { TrainingSpec } from './training-spec.ts';
import type { FlowsSpec, IncastSpec, PermutationSpec } from './traffic-spec.ts';

export type WorkloadSpec = CollectiveSpec | PermutationSpec | IncastSpec | FlowsSpec | MoeSpec | TrainingSpec | FileSpec;
