import type { MalformedConfig } from './base.ts';
import { VALID_LINES, withLine, withWorkload, plus, START, TRAFFIC_FILE, LATER, NIC_KEYS, MERGE, SYNTAX, TOP_KEYS, KINDS } from './base.ts';

/** Documents, keys and words. */
export const DOCUMENT: readonly MalformedConfig[] = [
  // The document.
  { name: 'an empty file', content: '', error: `1:1 the config is empty (${START})` },
  { name: 'only comments', content: '# nothing\n# here\n', error: `1:1 the config is empty (${START})` },
  { name: 'only spaces', content: ' '.repeat(1000), error: `1:1 the config is empty (${START})` },
  {
    name: '100 MB of spaces',
    content: new Uint8Array(100_000_000).fill(32),
    error: `1:1 the config is larger than 1 MiB (${TRAFFIC_FILE})`,
  },
  {
    name: 'a file with NUL bytes',
    content: Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0x0a, 0x00, 0x01),
    error: '2:1 a NUL byte: this is a binary file, not a config (a config is YAML or JSON in UTF-8)',
  },
  {
    name: 'invalid UTF-8',
    content: Uint8Array.of(0x61, 0x3a, 0x0a, 0x62, 0x3a, 0x20, 0xff, 0x0a),
    error: '2:4 not valid UTF-8 (a config is YAML or JSON in UTF-8)',
  },
  { name: 'a list at the top', content: '- topology\n- workload\n', error: `1:1 the config is a list, not a block of keys (${START})` },
  { name: 'a word at the top', content: 'all-reduce\n', error: `1:1 the config is one value, not a block of keys (${START})` },
  { name: 'two documents', content: plus('---', 'seed: 2'), error: '9:1 a second document (a config is one YAML document)' },
  {
    name: 'an unclosed bracket',
    content: plus('failures: [', 'seed: 2'),
    error: `10:1 a bracket that is not closed, or a line that is not indented like its neighbours (${SYNTAX})`,
  },
  {
    name: 'a tab as indentation',
    content: withLine(3, '\tleaves: 2'),
    error: '3:1 a tab as indentation (indent with spaces)',
  },
  {
    name: 'a mapping inside a plain value',
    content: plus('name: a: b'),
    error: '9:7 a second key or a list inside a value (write one key a line, and text that holds a colon in quotes)',
  },
  {
    name: 'an unknown tag',
    content: plus('seed: !secret 1'),
    error: '9:7 an unknown tag, which begins with an exclamation mark (remove the tag, or put the value in quotes)',
  },
  {
    name: 'an alias without anchor',
    content: plus('seed: *nowhere'),
    error: '9:7 seed: no anchor &nowhere before this alias (define it first)',
  },
  {
    name: 'an alias inside its own anchor',
    content: plus('failures: &a [*a]'),
    error: '9:15 failures[0]: alias *a lies inside its own anchor (write the value out)',
  },
  {
    name: 'aliases that multiply',
    content: aliasBomb(),
    error: '11:29 failures[4][1][5][2][5]: aliases expand to too much (write the values out)',
  },
  {
    name: 'a thousand nested lists',
    content: plus(`failures: ${'['.repeat(1000)}`),
    error: '9:70 nested too deeply (no key of a config lies deeper than 6 levels)',
  },
  {
    name: 'a list as key',
    content: plus('? [a, b]', ': 1'),
    error: '9:3 a key that is not a plain word (keys are words followed by a colon)',
  },
  {
    name: 'the key __proto__',
    content: plus('__proto__: 1'),
    error: '9:1 a key that is not a plain word (keys are words followed by a colon)',
  },
  {
    name: 'a duplicate key',
    content: plus('seed: 1', 'seed: 2'),
    error: '10:1 seed: the key is given twice, first at line 9 (remove one)',
  },
  {
    name: 'a duplicate key in a block',
    content: withLine(6, '  hostLink: { rate: 400Gbps, delay: 500ns, rate: 1Gbps }'),
    error: '6:44 topology.hostLink.rate: the key is given twice, first at line 6 (remove one)',
  },
  {
    name: 'a merge of a value that is no block',
    content: plus('nic: { <<: [{ mtu: 1kB }, 5] }'),
    error: `9:27 nic: a merge of what is no block (${MERGE})`,
  },
  { name: 'a merge of nothing', content: plus('nic: { <<: }'), error: `9:12 nic: a merge of what is no block (${MERGE})` },
  {
    name: 'a merge without anchor',
    content: plus('nic: { <<: *nowhere }'),
    error: '9:12 nic: no anchor &nowhere before this alias (define it first)',
  },
  {
    name: 'a merged key that does not belong here',
    content: plus('nic: &n { mtu: 1kB }', 'stop:', '  at: 1s', '  <<: *n'),
    error: '12:7 stop.mtu: unknown key (keys here: at, packets)',
  },
  {
    name: 'a duplicate of a key that is also merged',
    content: plus('switch: { <<: { hash: ideal }, hash: ideal, hash: ideal }'),
    error: '9:45 switch.hash: the key is given twice, first at line 9 (remove one)',
  },
  {
    name: 'a merge key in quotes',
    content: plus('nic: { "<<": 5 }'),
    error: `9:8 nic.<<: unknown key (keys here: ${NIC_KEYS})`,
  },

  // Keys.
  { name: 'an unknown top-level key', content: plus('balancers: ecmp'), error: '9:1 balancers: unknown key (did you mean "balancer"?)' },
  { name: 'an unknown key like no other', content: plus('xyzzy: 1'), error: `9:1 xyzzy: unknown key (keys here: ${TOP_KEYS})` },
  {
    name: 'a misspelt key of a block',
    content: withLine(5, '  hostPerLeaf: 2\n  hostsPerLeaf: 2'),
    error: '5:3 topology.hostPerLeaf: unknown key (did you mean "hostsPerLeaf"?)',
  },
  {
    name: 'a key of another kind',
    content: plus('balancer: { kind: ecmp, k: 4 }'),
    error: '9:25 balancer.k: kind ecmp has no such key (it belongs to ecmp-split)',
  },
  {
    name: 'a key named like a method',
    content: plus('nic: { constructor: 1 }'),
    error: `9:8 nic.constructor: unknown key (keys here: ${NIC_KEYS})`,
  },
  {
    name: 'a missing block',
    content: `${VALID_LINES.slice(0, 7).join('\n')}\n`,
    error: '1:1 workload: missing key (such as workload: { kind: all-reduce, size: 1MiB })',
  },
  {
    name: 'a missing key',
    content: withLine(4),
    error: '1:1 topology.spines: missing key (such as spines: 4)',
  },
  {
    name: 'a missing block of a block',
    content: withLine(6),
    error: '1:1 topology.hostLink: missing key (such as hostLink: { rate: 400Gbps, delay: 500ns })',
  },
  {
    name: 'a missing kind',
    content: withWorkload('{ size: 1MiB }'),
    error: `8:1 workload.kind: missing key (such as kind: all-reduce; one of ${KINDS})`,
  },
  {
    name: 'a key of another format',
    content: withWorkload('{ kind: file, format: goal, path: a.goal, simai: { allGpus: 8 } }'),
    error: '8:53 workload.simai: format goal has no such key (it belongs to simai)',
  },
  {
    name: 'a missing format',
    content: withWorkload('{ kind: file, path: a.cm }'),
    error: '8:1 workload.format: missing key (such as format: htsim; one of htsim, chakra, goal, msccl-xml, simai, hpcc)',
  },
  { name: 'a key without value', content: plus('switch:'), error: '9:8 switch: no value (give it one, or remove the key)' },
  {
    name: 'a bare word where a block needs keys',
    content: withWorkload('all-reduce'),
    error: '8:11 workload.size: missing key (such as size: 1MiB)',
  },

  // Words.
  {
    name: 'a misspelt balancer',
    content: plus('balancer: ethreal'),
    error: '9:11 balancer: unknown kind "ethreal" (did you mean "ethereal"?)',
  },
  {
    name: 'a misspelt kind in a block',
    content: plus('transport: { kind: dtcp }'),
    error: '9:20 transport.kind: unknown kind "dtcp" (did you mean "dctcp"?)',
  },
  {
    name: 'a misspelt placement',
    content: withLine(7, '  placement: pakced'),
    error: '7:14 topology.placement: unknown word "pakced" (did you mean "packed"?)',
  },
  {
    name: 'an algorithm of another collective',
    content: withWorkload('{ kind: all-to-all, size: 1MiB, algorithm: torus }'),
    error: '8:54 workload.algorithm: unknown word "torus" (one of: direct, pairwise, windowed, bruck, ring, two-step, nccl, auto)',
  },
  {
    name: 'a fidelity of a later version',
    content: plus('fidelity: fluid'),
    error: '9:11 fidelity: "fluid" is not available in this version (available: packet, bound)',
  },
  {
    name: 'a misspelt kind of config',
    content: plus('kind: wirless'),
    error: '9:7 kind: unknown kind "wirless" (did you mean "wireless"?)',
  },
  {
    name: 'a key of a later version',
    content: plus('transport: { kind: dctcp, profile: uec }'),
    error: `9:27 transport.profile: this key is not available in this version (${LATER})`,
  },
];

/** Nine levels of nine aliases each: 9^9 values. */
function aliasBomb(): string {
  const names = 'abcdefghi'.split('');
  const rows = names.slice(1).map((name, i) => `  - &${name} [${Array.from({ length: 9 }, () => `*${names[i]}`).join(', ')}]`);
  return plus('failures:', '  - &a [1, 2, 3, 4, 5, 6, 7, 8, 9]', ...rows);
}
