import type {
  ChakraOptions,
  FileOptions,
  GoalOptions,
  HpccOptions,
  HtsimOptions,
  ImportedWorkload,
  MscclOptions,
  SimaiOptions,
} from '../../sim/base/file-spec.ts';
import { chakraWorkload } from './chakra.ts';
import { goalWorkload } from './goal.ts';
import { hpccWorkload } from './hpcc.ts';
import { htsimWorkload } from './htsim.ts';
import type { ImportRequest } from './import-request.ts';
import { mscclWorkload } from './msccl.ts';
import { simaiWorkload } from './simai.ts';

/**
 * The workload of a traffic or trace file (docs/import.md).
 *
 * @throws ImportError when it cannot be read as its format, not be expressed as a Schedule, or needs more ranks than `request.ranks`
 */
export function importWorkload(request: ImportRequest): ImportedWorkload {
  const { options } = request;
  const as = <O extends FileOptions>(options: O): ImportRequest<O> => ({ ...request, options });
  switch (options.format) {
    case 'htsim':
      return htsimWorkload(as<HtsimOptions>(options));
    case 'chakra':
      return chakraWorkload(as<ChakraOptions>(options));
    case 'goal':
      return goalWorkload(as<GoalOptions>(options));
    case 'msccl-xml':
      return mscclWorkload(as<MscclOptions>(options));
    case 'simai':
      return simaiWorkload(as<SimaiOptions>(options));
    case 'hpcc':
      return hpccWorkload(as<HpccOptions>(options));
  }
}
