import type { MalformedConfig } from './base.ts';
import { plus } from './base.ts';

/** What is recorded over time. */
export const PROBES: readonly MalformedConfig[] = [
  {
    name: 'probes without an interval',
    content: plus('probes: { what: [queues] }'),
    error: '9:1 probes.every: missing key (such as every: 1us)',
  },
  {
    name: 'an interval of probes below a nanosecond',
    content: plus('probes: { every: 999ps, what: [queues] }'),
    error: '9:18 probes.every: "999ps" is too small (write at least 1ns)',
  },
  {
    name: 'probes of something that is not recorded',
    content: plus('probes: { every: 1us, what: [queue] }'),
    error: '9:30 probes.what[0]: unknown word "queue" (did you mean "queues"?)',
  },
  {
    name: 'the same probe twice',
    content: plus('probes: { every: 1us, what: [queues, links, queues] }'),
    error: '9:45 probes.what[2]: queues twice (remove one)',
  },
  {
    name: 'no probes at all',
    content: plus('probes: { every: 1us, what: [] }'),
    error: '9:29 probes.what: the list is empty (give at least one entry)',
  },
  {
    name: 'probes of a link that there is not',
    content: plus('probes: { every: 1us, links: [leaf0-spine1, leaf0-spine2] }'),
    error:
      '9:45 probes.links[1]: no link or switch "leaf0-spine2" in this fabric (links are named leaf0-spine0 .. leaf1-spine1, and host0-leaf0)',
  },
  {
    name: 'an interval of probes shorter than a packet',
    content: plus('probes: { every: 83ns, links: fabric }'),
    error:
      '9:18 probes.every: a full packet takes 83200ps on the slowest link, longer than the interval (at least 83200ps, or leave links out of what)',
  },
];
