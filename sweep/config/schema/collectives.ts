import { z } from 'zod';
import { COLLECTIVE_ALGORITHMS } from '../../../sim/base/collective-spec.ts';
import { bytes, kind, word } from './fields.ts';
import { common } from './workload-keys.ts';

const collective = <const K extends keyof typeof COLLECTIVE_ALGORITHMS>(name: K, sizeMeaning: string) =>
  z
    .strictObject({
      kind: kind(name, `The collective operation ${name}, by all ranks.`),
      algorithm: word(COLLECTIVE_ALGORITHMS[name], 'How the ranks exchange their data.').prefault(COLLECTIVE_ALGORITHMS[name][0]),
      size: bytes(`As nccl-tests counts it: ${sizeMeaning}`),
      ...common(),
    })
    .meta({ description: `The collective operation ${name}.` });

export const collectives = [
  collective('all-reduce', 'the buffer of each rank.'),
  collective('all-gather', 'the gathered buffer of each rank.'),
  collective('reduce-scatter', 'the buffer of each rank before the reduction.'),
  collective('all-to-all', 'the send buffer of each rank; each peer gets size / ranks.'),
] as const;
