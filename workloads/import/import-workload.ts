import { ImportError } from '../../sim/base/errors.ts';
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
import { opening } from './byte-reader.ts';
import { chakraWorkload } from './chakra.ts';
import { detectFormat, formatName, OPENING_BYTES } from './detect-format.ts';
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
  try {
    return importAs(request);
  } catch (error) {
    throw error instanceof ImportError ? (otherFormat(request) ?? error) : error;
  }
}

/** A file that cannot be read as its format and begins like another one has one mistake; null: it begins as it should. */
function otherFormat({ options, files: [file] }: ImportRequest): ImportError | null {
  if (file === undefined) return null;
  const detected = detectFormat(opening(file, OPENING_BYTES));
  if (detected === null || (detected.what === 'workload' && detected.format === options.format)) return null;
  return new ImportError('E400', `no file of format ${options.format}: it begins like ${formatName(detected)}`, {
    where: { file: file.name, line: 1, column: 1 },
    hint: detected.what === 'workload' ? `format: ${detected.format}` : 'name it as topology, or name a file of traffic',
  });
}

function importAs(request: ImportRequest): ImportedWorkload {
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
