import type { MalformedConfig } from './base.ts';
import { plus, withWorkload } from './base.ts';

const ASTRA = 'compat: { kind: astra-sim, topology: Ring, bandwidth: 50, latency: 500ns, splits: 4, localMemBw: 1600 }';
const NO_FABRIC = 'there is no fabric under compat';

/** Cost models in place of the fabric, and NCCL's tuner. */
export const COMPAT: readonly MalformedConfig[] = [
  {
    name: 'a cost model that there is not',
    content: plus('compat: loggop'),
    error: '9:9 compat: unknown kind "loggop" (did you mean "loggops"?)',
  },
  {
    name: 'a latency of LogGOPS without a unit',
    content: plus('compat: { kind: loggops, L: 2500 }'),
    error: '9:29 compat.L: 2500 has no unit (write a number with one of ps, ns, us, ms, s)',
  },
  {
    name: 'a time a byte finer than a femtosecond',
    content: plus('compat: { kind: loggops, G: 0.0000001 }'),
    error: '9:29 compat.G: it is finer than 0.000001 ns a byte (round it)',
  },
  {
    name: 'bounds of a run without a fabric',
    content: plus('compat: loggops', 'fidelity: bound'),
    error: `10:11 fidelity: bounds of a fabric, and ${NO_FABRIC} (remove fidelity or compat)`,
  },
  {
    name: 'failures of links that a cost model does not have',
    content: plus('compat: loggops', 'failures: [ { link: leaf0-spine0 } ]'),
    error: `10:11 failures: links that fail, and ${NO_FABRIC} (remove them, or compat)`,
  },
  {
    name: 'no topology, and no number of ranks',
    content: 'compat: loggops\nworkload: { kind: all-reduce, size: 1MiB }\n',
    error: '1:9 workload.ranks: missing key (without a topology it says how many)',
  },
  {
    name: 'an ASTRA-sim network without a bandwidth',
    content: plus('compat: { kind: astra-sim, topology: Ring, latency: 500ns, splits: 4, localMemBw: 1600 }'),
    error: '9:9 compat: compat.bandwidth is missing (write it, or name a network file)',
  },
  {
    name: 'ASTRA-sim without the bandwidth of memory',
    content: plus('compat: { kind: astra-sim, topology: Ring, bandwidth: 50, latency: 500ns, splits: 4 }'),
    error: '9:9 compat: compat.localMemBw is missing (write it, or name a system file)',
  },
  {
    name: 'latencies of fewer dimensions than there are',
    content: plus(ASTRA.replace('Ring', '[Ring, Switch]').replace('500ns', '[500ns, 1us]').replace('50,', '[50, 25, 12], npus: [2, 2],')),
    error: '9:65 compat.bandwidth: 3 entries for 2 dimensions (one entry a dimension)',
  },
  {
    name: 'ranks of ASTRA-sim that begin late',
    content: `${withWorkload('{ kind: all-reduce, size: 1MiB, startJitter: 1us }')}${ASTRA}\n`,
    error: '8:56 workload.startJitter: ranks of compat: astra-sim begin together (remove it, or use compat: loggops)',
  },
  {
    name: 'NCCL asked for an algorithm that is given',
    content: withWorkload('{ kind: all-reduce, size: 1MiB, nccl: { gpu: ampere } }'),
    error: '8:49 workload.nccl: NCCL is not asked with algorithm: ring (remove it, or use algorithm: auto)',
  },
  {
    name: 'channels beside a tuner that chooses them',
    content: withWorkload('{ kind: all-reduce, size: 1MiB, algorithm: auto, channels: 4 }'),
    error: '8:70 workload.channels: channels beside algorithm: auto (remove it, or choose an algorithm)',
  },
  {
    name: 'a GPU generation that NCCL has no constants for',
    content: withWorkload('{ kind: all-reduce, size: 1MiB, algorithm: auto, nccl: { gpu: hoper } }'),
    error: '8:73 workload.nccl.gpu: unknown word "hoper" (did you mean "hopper"?)',
  },
];
