import { Command } from 'commander';
import { existsSync, writeFileSync } from 'node:fs';
import { ConfigError } from '../../sim/base/errors.ts';
import { writingTo } from '../../sweep/write-failure.ts';
import type { Terminal } from '../terminal.ts';

/** A config that runs in seconds and shows the keys that most people change. */
const STARTER = `# netsim config: which load balancer does this collective need on this fabric?
# Run it with:  netsim sweep netsim.yaml
# All keys: netsim schema. Quantities carry units: 400Gbps, 500ns, 64MiB (binary) or 64MB (SI).
name: starter
seed: 1
fidelity: packet                  # packet: every packet on every link; bound: closed-form loads and lower bounds

topology:
  kind: leaf-spine
  leaves: 4
  spines: 4
  hostsPerLeaf: 4
  hostLink: { rate: 400Gbps, delay: 500ns }
  fabricLink: { rate: 400Gbps, delay: 500ns }

workload:
  kind: all-reduce
  algorithm: ring                 # ring | direct | halving-doubling
  size: 4MiB                      # as in nccl-tests: the buffer of one rank

balancer: ethereal                # ecmp | ecmp-split | spray | drb | spray-switch-rr | ethereal
transport: dctcp                  # dctcp | dctcp-rate | fixed
nic: { mtu: 4096B, header: 64B, ack: 64B }

sweep:
  grid:
    balancer: [ecmp, { kind: ecmp-split, k: 4 }, spray, ethereal]
    workload.size: [1MiB, 4MiB]
  repeat: 3                       # repeat i runs with seed + i: all balancers meet the same draws
`;

/** The same of kind wireless. */
const WIRELESS_STARTER = `# netsim config, kind: wireless: what is it worth that the layers of a cell know of each other?
# Run it with:  netsim sweep netsim.yaml
# All keys: docs/config-wireless.md. Quantities carry units: 12dB, 10Hz, 2ms, 512kbps, 100mW.
name: wireless-starter
kind: wireless
seed: 1

channel:
  snr: 15dB                       # mean SNR a symbol (Es/N0)
  fading: rayleigh                # rayleigh | rician | nakagami | none
  correlation: clarke             # block | clarke | fsmc | gilbert-elliott
  doppler: 5Hz

phy: { table: TM2 }               # TM1: uncoded; TM2, TM2Q: convolutionally coded
app: { kind: svc, layers: [128kbps, 256kbps, 512kbps] }   # layered video; others: voice, video, cbr, full-buffer, ...
qos: { loss: 0.01, delay: 100ms }
users: 3
controller: layered               # layered | bottom-up | top-down | mac-centric | integrated
run: { duration: 20s, warmup: 2s }

sweep:
  grid:
    channel.snr: [8dB, 12dB, 16dB]
    controller.kind: [layered, top-down, integrated]
  repeat: 3                       # repeat i runs with seed + i: all controllers meet the same channels
`;

/** `netsim init`: a starter config with comments. */
export function initCommand(terminal: Terminal): Command {
  return new Command('init')
    .description('write a starter config with comments')
    .argument('[file]', 'config to write', 'netsim.yaml')
    .option('--wireless', 'of kind wireless: a cell with video over fading links')
    .action((file: string, options: { readonly wireless?: true }) => {
      if (existsSync(file)) throw new ConfigError('E161', `${file} exists already`, { hint: 'give another name' });
      const starter = options.wireless === true ? WIRELESS_STARTER : STARTER;
      writingTo(file, 'give a name in a folder that exists and may be written', () => writeFileSync(file, starter, { flag: 'wx' }));
      terminal.note(`wrote ${file}; run it with: netsim sweep ${file}`);
    });
}
