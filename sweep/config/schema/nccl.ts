import { z } from 'zod';
import { count, flag, rate, word } from './fields.ts';

/** The machines that NCCL's tuner is asked about. */
export const nccl = z
  .strictObject({
    gpu: word(['volta', 'ampere', 'hopper', 'blackwell'], 'Generation of the GPUs.').default('hopper'),
    intra: word(['nvlink', 'pci'], 'What joins the GPUs of a server.').default('nvlink'),
    channels: count('Parallel rings, or pairs of trees, of the communicator.', 64, 16).default(16),
    bwIntra: rate('Of a channel inside a server. Default: the links of one GPU of this generation, divided among the channels.').optional(),
    bwInter: rate('Of a channel between servers. Default: the NICs of a server, one a GPU, divided among the channels.').optional(),
    nicRate: rate('Of a NIC; every rank has one. Default: its part of the host links, where they differ of the slowest.').optional(),
    cpu: word(['intel', 'amd', 'arm', 'mixed'], 'Host processors.').default('intel'),
    ll128: flag('The protocol LL128 may be used. Default: with nvlink.').optional(),
    nvls: flag('In-switch reduction of NVLink may be used, where the GPUs have it.').default(true),
    sharp: flag('In-network reduction between servers may be used.').default(false),
  })
  .optional()
  .meta({ description: 'The machines that NCCL is asked about (docs/nccl.md). Of auto.' });

export type NcclConfig = z.output<typeof nccl>;
