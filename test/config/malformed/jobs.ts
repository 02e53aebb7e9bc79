import type { MalformedConfig } from './base.ts';
import { plus, VALID_LINES } from './base.ts';

/** A fabric of four hosts and one job: line 8 on. */
const job = (text: string): string => `${VALID_LINES.slice(0, 7).join('\n')}\njobs: [${text}]\n`;

/** Several jobs, background flows, late ranks. */
export const JOBS: readonly MalformedConfig[] = [
  {
    name: 'neither a workload nor jobs',
    content: `${VALID_LINES.slice(0, 7).join('\n')}\n`,
    error: '1:1 workload: missing key (such as workload: { kind: all-reduce, size: 1MiB })',
  },
  {
    name: 'a workload beside jobs',
    content: plus('jobs: [{ name: a, workload: { kind: permutation, size: 1MiB } }]'),
    error: '8:11 workload: a workload beside jobs (remove it, or make it a job)',
  },
  {
    name: 'two jobs of one name',
    content: job('{ name: a, workload: { kind: permutation, size: 1B } }, { name: a, workload: { kind: permutation, size: 1B } }'),
    error: '8:72 jobs[1].name: job 0 is called "a" too (give each job a name of its own)',
  },
  {
    name: 'a job on ranks that do not exist',
    content: job('{ name: a, workload: { kind: permutation, size: 1B }, ranks: { from: 2, count: 3 } }'),
    error: '8:69 jobs[0].ranks: rank 4 on 4 hosts (ranks are 0 to 3)',
  },
  {
    name: 'a rank twice in a job',
    content: job('{ name: a, workload: { kind: permutation, size: 1B }, ranks: [1, 2, 1] }'),
    error: '8:76 jobs[0].ranks[2]: rank 1 is there already (name each rank once)',
  },
  {
    name: 'a collective of a job with one rank',
    content: job('{ name: a, workload: { kind: all-reduce, size: 1B }, ranks: [1] }'),
    error: '8:68 jobs[0].ranks: all-reduce among 1 rank (at least 2 ranks)',
  },
  {
    name: 'a misspelt balancer of a job',
    content: job('{ name: a, workload: { kind: permutation, size: 1B }, balancer: etherial }'),
    error: '8:72 jobs[0].balancer: unknown kind "etherial" (did you mean "ethereal"?)',
  },
  {
    name: 'a transport of a job that is too fast',
    content: job('{ name: a, workload: { kind: permutation, size: 1B }, transport: { kind: fixed, rate: 800Gbps } }'),
    error: '8:94 jobs[0].transport.rate: 800Gbps is above the rate of the host links (at most 400Gbps)',
  },
  {
    name: 'ranks of a workload in a job',
    content: job('{ name: a, workload: { kind: permutation, size: 1B, ranks: 2 } }'),
    error: '8:67 jobs[0].workload.ranks: ranks of a workload in a job (give the job ranks)',
  },
  {
    name: 'slow stragglers without computations',
    content: job('{ name: a, workload: { kind: permutation, size: 1B }, stragglers: { fraction: 0.5, slowdown: 2 } }'),
    error: '8:101 jobs[0].stragglers.slowdown: permutation has no computations to slow down (give delay, or replay a Chakra trace)',
  },
  {
    name: 'stragglers that are neither late nor slow',
    content: plus().replace('size: 1MiB', 'size: 1MiB, stragglers: { fraction: 0.5 }'),
    error: '8:55 workload.stragglers: stragglers that are neither late nor slow (give delay or slowdown)',
  },
  {
    name: 'a background that never ends',
    content: plus('background: { load: 0.1, sizes: web-search, until: 200s }'),
    error: '9:52 background.until: 200s is after stop.at, 100s (at most stop.at)',
  },
  {
    name: 'a background of too many flows',
    content: plus('background: { load: 0.5, sizes: [{ size: 1kB, probability: 1 }], until: 1s }'),
    error: '9:73 background.until: about 100000000 background flows (at most 5000000: end earlier, or choose less load or larger sizes)',
  },
  {
    name: 'sizes that fall',
    content: plus('background: { load: 0.1, sizes: [{ size: 2kB, probability: 0.5 }, { size: 1kB, probability: 1 }], until: 1us }'),
    error: '9:67 background.sizes[1]: a point that is not above the one before (sizes and probabilities rise)',
  },
  {
    name: 'sizes without an end',
    content: plus('background: { load: 0.1, sizes: [{ size: 2kB, probability: 0.5 }], until: 1us }'),
    error: '9:60 background.sizes[0].probability: the largest size is below probability 1 (end with 1)',
  },
  {
    name: 'a background of one rank',
    content: plus('background: { load: 0.1, sizes: web-search, until: 1us, ranks: [2] }'),
    error: '9:64 background.ranks: a background of 1 rank (at least 2 ranks)',
  },
  {
    name: 'a balancer that no job uses',
    content: `${job('{ name: a, workload: { kind: permutation, size: 1B }, balancer: ecmp }')}balancer: spray\n`,
    error: '9:11 balancer: every job has a balancer of its own (remove this one, or let a job use it)',
  },
  {
    name: 'a transport that neither a job nor the background uses',
    content: `${job('{ name: a, workload: { kind: permutation, size: 1B }, transport: fixed }')}transport: dctcp
background: { load: 0.1, sizes: web-search, until: 1us, transport: fixed }\n`,
    error: '9:12 transport: every job has a transport of its own (remove this one, or let a job use it)',
  },
];
