import type { MalformedConfig } from './base.ts';
import { plus } from './base.ts';

/** NICs and switches: keys of other kinds, and what cannot work together. */
export const DEVICES: readonly MalformedConfig[] = [
  {
    name: 'a key of another kind of switch',
    content: plus('switch: { kind: composite, buffer: 1MiB }'),
    error: '9:28 switch.buffer: kind composite has no such key (it belongs to shared)',
  },
  {
    name: 'a key of another kind of switch, without a kind',
    content: plus('switch: { headroom: 80kB }'),
    error: '9:11 switch.headroom: no such key without a kind (it belongs to kind shared)',
  },
  {
    name: 'a misspelt key of a switch without a kind',
    content: plus('switch: { qeue: 1MiB }'),
    error: '9:11 switch.qeue: unknown key (did you mean "queue"?)',
  },
  {
    name: 'a kind of switch that does not exist',
    content: plus('switch: lossles-input'),
    error: '9:9 switch: unknown kind "lossles-input" (did you mean "lossless-input"?)',
  },
  {
    name: 'one threshold of two',
    content: plus('switch: { ecn: { low: 100kB } }'),
    error: '9:23 switch.ecn.low: a threshold without high (give both, or none)',
  },
  {
    name: 'a probability without thresholds',
    content: plus('switch: { ecn: { probability: 0.5 } }'),
    error: '9:31 switch.ecn.probability: a probability without thresholds (give low and high)',
  },
  {
    name: 'weights of some classes',
    content: plus('switch: { classWeights: [1, 2] }'),
    error: '9:25 switch.classWeights: the list has 2 entries (give 7)',
  },
  {
    name: 'a header queue without room for a header',
    content: plus('switch: { kind: composite, headerQueue: 63B }'),
    error: '9:41 switch.headerQueue: 63B is less than one header (nic.ack is 64B)',
  },
  {
    name: 'a header share of everything',
    content: plus('switch: { kind: composite, headerShare: 1 }'),
    error: '9:41 switch.headerShare: 1 is too large (less than 1)',
  },
  {
    name: 'a shared buffer that its headrooms fill',
    content: plus('switch: { kind: shared, buffer: 300kB }'),
    error:
      '9:33 switch.buffer: headroom and reserve of the 4 ports of a leaf are 316384B, the buffer is 300kB (enlarge buffer, or give less headroom or reserve)',
  },
  {
    name: 'a resume threshold above that of pause',
    content: plus('switch: { kind: lossless-input, pause: 10kB, resume: 20kB }'),
    error: '9:54 switch.resume: 20kB is above pause, 10kB (resume is at most pause)',
  },
  {
    name: 'no ACKs over a shared buffer that drops',
    content: plus('switch: { kind: shared, pfc: false }', 'transport: fixed', 'nic: { acks: none }'),
    error: '11:14 nic.acks: a switch that drops needs ACKs (set switch.pfc: true)',
  },
  {
    name: 'nothing sent again where switches trim',
    content: plus('switch: composite', 'transport: { kind: fixed, recovery: none }'),
    error: '10:37 transport.recovery: nothing is sent again, and switches trim (choose another recovery, or set switch.trim: false)',
  },
  {
    name: 'a profile that does not exist',
    content: plus('profile: uecc'),
    error: '9:10 profile: unknown word "uecc" (did you mean "uec"?)',
  },
  {
    name: 'a profile whose keys contradict those of the file',
    content: plus('profile: ideal', 'nic: { acks: none }', 'switch: { queue: 1MiB }'),
    error: '10:14 nic.acks: a switch that drops needs ACKs (set switch.queue: infinite)',
  },
  {
    name: 'weights of classes where all data is in one',
    content: plus('switch: { classWeights: [1, 2, 3, 4, 5, 6, 7] }'),
    error: '9:25 switch.classWeights: weights of classes, and all data is in class 3 (give jobs or the background another class)',
  },
  {
    name: 'a hash where nothing is hashed',
    content: plus('balancer: ethereal', 'switch: { hash: jenkins }'),
    error:
      '10:17 switch.hash: a hash, and all packets are pinned to paths (remove it, or use a balancer that leaves the path to the switches, such as ecmp)',
  },
  {
    name: 'one salt where nothing is hashed',
    content: plus('balancer: drb', 'switch: { sameSalt: true }'),
    error:
      '10:21 switch.sameSalt: a salt of hashes, and all packets are pinned to paths (remove it, or use a balancer that leaves the path to the switches, such as ecmp)',
  },
];
