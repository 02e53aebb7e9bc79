/** A malformed config and the one error it gives. */
export interface MalformedConfig {
  /** What is wrong, as a sentence of a test. */
  readonly name: string;
  readonly content: string | Uint8Array;
  /** `--set` options. */
  readonly set?: readonly string[];
  /** The whole error line: `line:column key: message (hint)` as it follows the file name, or the option in place of line and column. */
  readonly error: string;
}

export const VALID_LINES = [
  'topology:',
  '  kind: leaf-spine',
  '  leaves: 2',
  '  spines: 2',
  '  hostsPerLeaf: 2',
  '  hostLink: { rate: 400Gbps, delay: 500ns }',
  '  placement: packed',
  'workload: { kind: all-reduce, size: 1MiB }',
];

/** A valid config of 8 lines. */
export const VALID_CONFIG = `${VALID_LINES.join('\n')}\n`;

/** The valid config with line `n` (from 1) replaced, or removed. */
export const withLine = (n: number, text?: string): string =>
  `${VALID_LINES.toSpliced(n - 1, 1, ...(text === undefined ? [] : [text])).join('\n')}\n`;
export const withWorkload = (text: string): string => withLine(8, `workload: ${text}`);
/** The valid config with more lines, from line 9 on. */
export const plus = (...lines: readonly string[]): string => `${VALID_CONFIG}${lines.join('\n')}\n`;

export const BYTES = 'write a number with one of B, kB, MB, GB, TB, KiB, MiB, GiB, TiB';
export const RATES = 'write a number with one of bps, kbps, Mbps, Gbps, Tbps';
export const START = 'a config is a block of keys such as topology: and workload:; netsim init writes one';
export const TRAFFIC_FILE = 'put long flow lists into a traffic file: workload.kind: file';
export const SYNTAX = 'check the quotes, brackets and indentation here and on the line above';
export const NAME = '1 to 200 printable characters, no slash or backslash, not . or .., no blank at either end';
export const MERGE = 'such as <<: *name, with the anchor &name on an earlier block, or <<: [*one, *other]';
export const LATER = 'it comes with a later version';
export const TOP_KEYS =
  'name, kind, seed, fidelity, profile, compat, topology, workload, jobs, background, balancer, transport, nic, switch, failures, stop, probes, trace, sweep, report';
export const NIC_KEYS = 'mtu, header, ack, acks, ackPriority, scheduler, controlBurst, maxFlows, pcie, channelRate';
export const KINDS =
  'all-reduce, all-gather, reduce-scatter, broadcast, reduce, gather, scatter, all-to-all, all-to-all-v, barrier, send-recv, permutation, incast, flows, moe, training, file';
export const TRANSPORTS = 'fixed, dctcp, dctcp-rate, dctcp-uec, dcqcn, dcqcn-mlx, hpcc, timely, swift, nscc, rccc, rccc-os, eqds, ndp';
