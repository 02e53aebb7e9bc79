import type { MalformedConfig } from './base.ts';
import { withLine, withWorkload, plus, BYTES, NAME, RATES, TRANSPORTS } from './base.ts';

/** Types, ranges and quantities. */
export const VALUES: readonly MalformedConfig[] = [
  // Types and ranges.
  {
    name: 'a list where a block belongs',
    content: plus('nic: [4096B]'),
    error: '9:6 nic: expected a block of keys, got a list (write a block of keys such as { mtu: 4096B })',
  },
  {
    name: 'a block where a list belongs',
    content: plus('failures: { link: leaf0-spine0 }'),
    error: '9:11 failures: expected a list, got a block of keys (start each entry with `- `)',
  },
  {
    name: 'a number in quotes',
    content: withLine(3, '  leaves: "2"'),
    error: '3:11 topology.leaves: expected a whole number, got "2" (remove the quotes)',
  },
  {
    name: 'a truth value in quotes',
    content: plus('balancer: { kind: ethereal, shufflePaths: "true" }'),
    error: '9:43 balancer.shufflePaths: expected true or false, got "true" (remove the quotes)',
  },
  {
    name: 'a fraction where a count belongs',
    content: withLine(3, '  leaves: 2.5'),
    error: '3:11 topology.leaves: expected a whole number, got 2.5 (write a whole number such as 4)',
  },
  { name: 'zero leaves', content: withLine(3, '  leaves: 0'), error: '3:11 topology.leaves: 0 is too small (write at least 1)' },
  { name: 'negative spines', content: withLine(4, '  spines: -1'), error: '4:11 topology.spines: -1 is too small (write at least 1)' },
  {
    name: 'a count beyond its range',
    content: withLine(4, '  spines: 1e12'),
    error: '4:11 topology.spines: 1e12 is too large (at most 8388608)',
  },
  {
    name: 'a NaN',
    content: plus('transport: { kind: dctcp, g: .nan }'),
    error: '9:30 transport.g: expected a number, got .nan (write a number such as 0.0625)',
  },
  {
    name: 'an infinity',
    content: withLine(3, '  leaves: .inf'),
    error: '3:11 topology.leaves: expected a whole number, got .inf (write a whole number such as 4)',
  },
  {
    name: 'a gain of zero',
    content: plus('transport: { kind: dctcp, g: 0 }'),
    error: '9:30 transport.g: 0 is too small (write more than 0)',
  },
  { name: 'a negative seed', content: plus('seed: -1'), error: '9:7 seed: -1 is too small (write at least 0)' },
  {
    name: 'a seed of 2^53',
    content: plus('seed: 9007199254740992'),
    error: '9:7 seed: 9007199254740992 is too large (at most 9007199254740991)',
  },
  {
    name: 'a word where a truth value belongs',
    content: plus('balancer: { kind: ethereal, shufflePaths: yes }'),
    error: '9:43 balancer.shufflePaths: expected true or false, got "yes" (write true or false without quotes)',
  },
  { name: 'a number where text belongs', content: plus('name: 2024'), error: '9:7 name: expected text, got 2024 (write it in quotes)' },
  {
    name: 'a list where text belongs',
    content: plus('failures: [{ link: [leaf0-spine0] }]'),
    error: '9:20 failures[0].link: expected text, got a list (write text such as leaf0-spine0)',
  },
  {
    name: 'a number where a word or a block belongs',
    content: plus('switch: { ecn: 5 }'),
    error:
      '9:16 switch.ecn: expected "off" or a block of keys, got 5 (write off, or write a block of keys such as { low: 100kB, high: 400kB })',
  },
  {
    name: 'a list where one of several kinds belongs',
    content: plus('transport: []'),
    error: `9:12 transport: expected one of ${TRANSPORTS} or a block of keys, got a list (write fixed, or write a block of keys such as { kind: fixed })`,
  },

  // Names: one segment of a path.
  ...['', ' ', 'a/b', '../../etc/x', '/tmp/x', '..', '.', 'a\\b', ' a', 'a ', 'a\nb', 'a\u0000'].map((name) => ({
    name: `the name ${JSON.stringify(name)}`,
    content: plus(`name: ${JSON.stringify(name)}`),
    error: `9:7 name: "${name}" is no name (${NAME})`,
  })),
  {
    name: 'an empty flow list',
    content: withWorkload('{ kind: flows, flows: [] }'),
    error: '8:33 workload.flows: the list is empty (give at least one entry)',
  },

  // Quantities.
  {
    name: 'a size without unit',
    content: withWorkload('{ kind: all-reduce, size: 1048576 }'),
    error: `8:37 workload.size: 1048576 has no unit (${BYTES})`,
  },
  {
    name: 'a size without unit in quotes',
    content: withWorkload('{ kind: all-reduce, size: "1048576" }'),
    error: `8:37 workload.size: "1048576" has no unit (${BYTES})`,
  },
  {
    name: 'a unit in the wrong case',
    content: withWorkload('{ kind: all-reduce, size: 1mib }'),
    error: '8:37 workload.size: unknown unit "mib" in "1mib" (did you mean "MiB"?)',
  },
  {
    name: 'a unit named like a method',
    content: withWorkload('{ kind: all-reduce, size: 5constructor }'),
    error: `8:37 workload.size: unknown unit "constructor" in "5constructor" (${BYTES})`,
  },
  {
    name: 'a time where a rate belongs',
    content: withLine(6, '  hostLink: { rate: 400ns, delay: 500ns }'),
    error: `6:21 topology.hostLink.rate: unknown unit "ns" in "400ns" (${RATES})`,
  },
  {
    name: 'a negative size',
    content: withWorkload('{ kind: all-reduce, size: -1MiB }'),
    error: `8:37 workload.size: "-1MiB" is negative (${BYTES})`,
  },
  {
    name: 'a zero size',
    content: withWorkload('{ kind: all-reduce, size: 0B }'),
    error: '8:37 workload.size: "0B" is zero (write at least 1B)',
  },
  {
    name: 'a third of a byte',
    content: withWorkload('{ kind: all-reduce, size: 0.3B }'),
    error: '8:37 workload.size: "0.3B" is not a whole number of bytes (use a finer unit)',
  },
  {
    name: 'a link without delay',
    content: withLine(6, '  hostLink: { rate: 400Gbps, delay: 0ns }'),
    error: '6:37 topology.hostLink.delay: "0ns" is zero (write at least 1ps)',
  },
  {
    name: 'a rate of zero',
    content: withLine(6, '  hostLink: { rate: 0Gbps, delay: 500ns }'),
    error: '6:21 topology.hostLink.rate: "0Gbps" is zero (write at least 1kbps)',
  },
  {
    name: 'a stop beyond the range of time',
    content: plus('stop: { at: 10000s }'),
    error: '9:13 stop.at: "10000s" is too large (at most 2^53 - 1 picoseconds)',
  },
  {
    name: 'a stop after no packet',
    content: plus('stop: { packets: 0 }'),
    error: '9:18 stop.packets: 0 is too small (write at least 1)',
  },
  {
    name: 'a jitter of half a nanosecond',
    content: plus('balancer: { kind: ethereal, startJitter: 500ps }'),
    error: '9:42 balancer.startJitter: "500ps" is not a multiple of 1ns (round it)',
  },
  {
    name: 'a word where a quantity belongs',
    content: plus('switch: { queue: unlimited }'),
    error: `9:18 switch.queue: "unlimited" is not a quantity (${BYTES}, or infinite)`,
  },
  {
    name: 'a block where a quantity belongs',
    content: plus('switch: { queue: { size: 1MiB } }'),
    error: `9:18 switch.queue: expected a quantity, got a block of keys (${BYTES})`,
  },
];
