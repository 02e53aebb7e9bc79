import type { FileSpec } from '../../sim/base/file-spec.ts';
import type { Workload } from '../workload.ts';
import { chakraWorkload } from './chakra.ts';
import { htsimWorkload } from './htsim.ts';

/** The workload of a traffic or trace file. @throws ImportError when it cannot be read as its format, or not be expressed as a Schedule */
export function fileWorkload(spec: FileSpec): Workload {
  switch (spec.format) {
    case 'htsim':
      return htsimWorkload(spec);
    case 'chakra':
      return chakraWorkload(spec);
  }
}
