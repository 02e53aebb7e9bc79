import { z } from 'zod';
import { collectives } from './collectives.ts';
import { fileWorkloads } from './file-workloads.ts';
import { moe } from './moe.ts';
import { training } from './training.ts';
import { flows, incast, permutation } from './traffic.ts';

export const workload = z
  .discriminatedUnion('kind', [...collectives, permutation, incast, flows, moe, training, fileWorkloads])
  .meta({ description: 'What the ranks send to each other.' });
export type WorkloadConfig = z.output<typeof workload>;
