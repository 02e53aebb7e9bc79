import { z } from 'zod';
import { count, kind, rate, time, word } from './fields.ts';

const nvlink = z
  .strictObject({
    rate: rate('Rate of each direction of the port of a GPU.').prefault('3600Gbps'),
    delay: time('From a GPU to another one of its server.').prefault('500ns'),
  })
  .meta({ description: 'NVLink inside a server: what its GPUs say to each other never enters the fabric.' });

/** What stands where a server says nothing of NVLink. */
export const DEFAULT_NVLINK = nvlink.parse({});

/** Keys of every kind of fabric (docs/model-servers.md). */
export const servers = {
  gpusPerServer: count('GPUs of a server, joined by NVLink; each is a rank. Default: every rank is a host of its own.', 4096, 8).optional(),
  nicsPerServer: count('NICs of a server, hosts of the fabric; a divisor of gpusPerServer, which is the default.', 4096, 8).optional(),
  nvlink: nvlink.optional(),
};

export const TOPOLOGY_FORMATS = ['htsim', 'simai', 'hpcc', 'astra-sim'] as const;

/** A fabric that lies in a file of another program (docs/topologies.md). */
export const files = <P extends z.ZodType>(placement: P) =>
  z
    .strictObject({
      kind: kind('file', 'A fabric in a file of another program.'),
      path: z.string().min(1).meta({ description: 'The file, relative to the folder of the config file.', example: 'fabric.topo' }),
      format: word(
        TOPOLOGY_FORMATS,
        'htsim: .topo; simai: topology with servers; hpcc: topology of HPCC and ns-3; astra-sim: network of one switch.',
      ),
      placement,
      ...servers,
    })
    .meta({ description: 'A fabric in a file of another program.' });
