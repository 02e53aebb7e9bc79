import { z } from 'zod';
import { COLLECTIVE_ALGORITHMS } from '../../../sim/base/collective-spec.ts';
import { kind, word } from './fields.ts';
import { common } from './workload-keys.ts';

const path = (meaning: string, example: string) =>
  z
    .string()
    .min(1)
    .meta({ description: `${meaning} Relative to the folder of the config file.`, example });

const htsimFile = z
  .strictObject({
    kind: kind('file', 'Traffic or a trace from a file.'),
    format: kind('htsim', 'Connection matrix (.cm) of htsim.'),
    path: path('The file.', 'flows.cm'),
    htsim: z
      .strictObject({
        startUnit: word(['us', 'ps'], 'Unit of `start`; programs differ. Required when any start is not 0.').optional(),
      })
      .prefault({})
      .meta({ description: 'Options of the importer.' }),
    ...common(),
  })
  .meta({ description: 'An htsim connection matrix.' });

const chakraFile = z
  .strictObject({
    kind: kind('file', 'Traffic or a trace from a file.'),
    format: kind('chakra', 'Chakra execution traces, one a rank.'),
    path: path(
      'Prefix of the traces: rank r is read from <path>.<r>.et, from 0 on until one is missing. Or one file that ends in .json.',
      'traces/step',
    ),
    chakra: z
      .strictObject({
        durationUnit: word(['us', 'ns'], 'Unit of duration_micros; some converters write nanoseconds.').default('us'),
        deps: word(['both', 'data'], 'both: data and control dependencies; data: as the feeder shipped with Chakra.').default('both'),
        missingDeps: word(['error', 'drop'], 'A dependency on a node that is not in the file.').default('error'),
        missingComm: word(['error', 'replay'], 'A collective without size; replay: take its duration.').default('error'),
        allReduce: word(COLLECTIVE_ALGORITHMS['all-reduce'], 'Algorithm of all-reduce nodes.').default('ring'),
        allGather: word(COLLECTIVE_ALGORITHMS['all-gather'], 'Algorithm of all-gather nodes.').default('ring'),
        reduceScatter: word(COLLECTIVE_ALGORITHMS['reduce-scatter'], 'Algorithm of reduce-scatter nodes.').default('ring'),
      })
      .prefault({})
      .meta({ description: 'Options of the importer.' }),
    ...common(),
  })
  .meta({ description: 'Chakra execution traces.' });

export const fileWorkloads = z.discriminatedUnion('format', [htsimFile, chakraFile]);
