import { z } from 'zod';
import { COLLECTIVE_ALGORITHMS } from '../../../sim/base/collective-spec.ts';
import { bytes, count, flag, kind, quantity, word } from './fields.ts';
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

/** How the collectives of a trace run. */
const collectiveWords = {
  allReduce: word(COLLECTIVE_ALGORITHMS['all-reduce'], 'Algorithm of all-reduce nodes.').default('ring'),
  allGather: word(COLLECTIVE_ALGORITHMS['all-gather'], 'Algorithm of all-gather nodes.').default('ring'),
  reduceScatter: word(COLLECTIVE_ALGORITHMS['reduce-scatter'], 'Algorithm of reduce-scatter nodes.').default('ring'),
};

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
        ...collectiveWords,
      })
      .prefault({})
      .meta({ description: 'Options of the importer.' }),
    ...common(),
  })
  .meta({ description: 'Chakra execution traces.' });

const goalFile = z
  .strictObject({
    kind: kind('file', 'Traffic or a trace from a file.'),
    format: kind('goal', 'GOAL schedule (LogGOPSim), text or binary.'),
    path: path('The file.', 'allreduce.goal'),
    goal: z
      .strictObject({ timeUnit: word(['ps', 'ns', 'us'], 'Unit of `calc`.').default('ns') })
      .prefault({})
      .meta({ description: 'Options of the importer.' }),
    ...common(),
  })
  .meta({ description: 'A GOAL schedule.' });

const mscclFile = z
  .strictObject({
    kind: kind('file', 'Traffic or a trace from a file.'),
    format: kind('msccl-xml', 'Algorithm of MSCCL.'),
    path: path('The file.', 'allreduce.xml'),
    size: bytes('The larger of the input and the output buffer of a rank, as nccl-tests counts it.'),
    msccl: z
      .strictObject({
        slices: flag('Run the steps once for each slice of a chunk, as the interpreter does; false: once for whole chunks.').default(true),
        tbRate: quantity('rate', 'At which a thread block moves bytes: it is busy so long before it sends, or after it received.', {
          min: 1000,
          words: ['unlimited'],
          example: '87Gbps',
        }).default('unlimited'),
      })
      .prefault({})
      .meta({ description: 'Options of the importer.' }),
    ...common(),
  })
  .meta({ description: 'An MSCCL algorithm.' });

const simaiFile = z
  .strictObject({
    kind: kind('file', 'Traffic or a trace from a file.'),
    format: kind('simai', 'Workload of SimAI or AICB (.txt): one training iteration.'),
    path: path('The file.', 'gpt13b.txt'),
    simai: z
      .strictObject({
        allGpus: count('GPUs in all; required where the header does not say it (all_gpus).', undefined, 8).optional(),
        layerCount: word(['error', 'rows'], 'Fewer or more rows than the header declares; rows: take those that are there.').default(
          'error',
        ),
        broadcast: flag('Run broadcasts, which the original leaves out.').default(false),
        ...collectiveWords,
      })
      .prefault({})
      .meta({ description: 'Options of the importer.' }),
    ...common(),
  })
  .meta({ description: 'A SimAI / AICB workload.' });

const hpccFile = z
  .strictObject({
    kind: kind('file', 'Traffic or a trace from a file.'),
    format: kind('hpcc', 'Flows of the HPCC / ns-3 RDMA family.'),
    path: path('The file.', 'flow.txt'),
    ...common(),
  })
  .meta({ description: 'Flows of an ns-3 simulation.' });

export const fileWorkloads = z.discriminatedUnion('format', [htsimFile, chakraFile, goalFile, mscclFile, simaiFile, hpccFile]);
