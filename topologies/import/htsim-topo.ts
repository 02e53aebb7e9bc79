import type { FatTreeSpec, LeafSpineSpec, LinkSpec } from '../../sim/base/topology-spec.ts';
import { type ImportedTopology, refuse, shown, type TopologyText, wholeNumber, type Word, wordsOf } from './topology-text.ts';

const HEADERS = ['nodes', 'tiers', 'podsize'] as const;
const KEYS = [
  ...(['downlink_speed_gbps', 'downlink_latency_ns', 'switch_latency_ns'] as const),
  ...(['radix_down', 'radix_up', 'oversubscribed', 'bundle', 'queue_up', 'queue_down'] as const),
];
type Header = (typeof HEADERS)[number];
type Key = (typeof KEYS)[number];

interface Value {
  readonly value: number;
  readonly at: Word;
}

interface Tier {
  readonly at: Word;
  readonly values: Map<Key, Value>;
}

const MOST = 2 ** 40;

/**
 * htsim's topology file: one `key value` a line, `#` begins a comment line, upper and lower case are alike.
 *
 *     Nodes, Tiers (2 or 3), Podsize (hosts of a pod; of two tiers all of them)
 *     Tier 0 .. Tier <top>: Downlink_speed_Gbps, Downlink_Latency_ns, Radix_Down, Radix_Up (not at the top); and, where they
 *       differ from 0, 1, 1: Switch_Latency_ns, Oversubscribed, Bundle; Queue_Up, Queue_Down in bytes
 *
 * Two tiers are a leaf-spine, three a fat tree. Half of the latency of a switch goes to each of its links, so that a path has as much as
 * in the file. Queues are not taken: `switch.queue` is the same for all ports.
 *
 * @throws ImportError at the line that is wrong, or contradicts the others
 */
export function htsimTopo(file: TopologyText): ImportedTopology {
  return new TopoReader(file).read();
}

class TopoReader {
  readonly #file: TopologyText;
  readonly #headers = new Map<Header, Value>();
  readonly #tiers: Tier[] = [];

  constructor(file: TopologyText) {
    this.#file = file;
  }

  read(): ImportedTopology {
    const lines = new Map<number, Word[]>();
    for (const word of wordsOf(this.#file.text)) {
      const words = lines.get(word.line);
      if (words === undefined) lines.set(word.line, [word]);
      else words.push(word);
    }
    if (lines.size === 0) refuse(this.#file, { line: 1, column: 1 }, 'the file is empty', 'expected Nodes, Tiers, Podsize and the tiers');
    for (const words of lines.values()) if (!words[0]!.text.startsWith('#')) this.#line(words);
    const nodes = this.#header('nodes');
    const tiers = this.#header('tiers');
    const podsize = this.#header('podsize');
    if (tiers.value !== 2 && tiers.value !== 3) refuse(this.#file, tiers.at, `${tiers.value} tiers`, '2 or 3');
    if (this.#tiers.length !== tiers.value) {
      refuse(this.#file, tiers.at, `${tiers.value} tiers are declared, ${this.#tiers.length} described`);
    }
    const spec = tiers.value === 2 ? this.#leafSpine(nodes, podsize) : this.#fatTree(nodes, podsize);
    const hasQueues = this.#tiers.some(({ values }) => values.has('queue_up') || values.has('queue_down'));
    const warnings = hasQueues ? [`${this.#file.name}: Queue_Up and Queue_Down are not used; switch.queue is the queue of every port`] : [];
    return { spec, warnings };
  }

  #line(words: readonly Word[]): void {
    const [keyWord, valueWord, extra] = words as [Word, Word?, Word?];
    const key = keyWord.text.toLowerCase();
    if (valueWord === undefined) refuse(this.#file, keyWord, `${shown(keyWord.text)} without a value`);
    if (extra !== undefined) refuse(this.#file, extra, `${shown(extra.text)} after the value`);
    const value = wholeNumber(valueWord.text);
    if (value === null || value > MOST) refuse(this.#file, valueWord, `${shown(valueWord.text)} is no value`, 'a whole number');
    const found = { value, at: valueWord };
    if (key === 'tier') {
      if (value !== this.#tiers.length) refuse(this.#file, valueWord, `tier ${value} where tier ${this.#tiers.length} is expected`);
      this.#tiers.push({ at: keyWord, values: new Map() });
      return;
    }
    const header = HEADERS.find((name) => name === key);
    const tier = this.#tiers.at(-1);
    if (header !== undefined) {
      if (tier !== undefined) refuse(this.#file, keyWord, `${keyWord.text} after the first tier`);
      if (this.#headers.has(header)) refuse(this.#file, keyWord, `${keyWord.text} is there already`);
      this.#headers.set(header, found);
      return;
    }
    const known = KEYS.find((name) => name === key);
    if (known === undefined) refuse(this.#file, keyWord, `unknown key ${shown(keyWord.text)}`);
    if (tier === undefined) refuse(this.#file, keyWord, `${keyWord.text} before the first tier`);
    if (tier.values.has(known)) refuse(this.#file, keyWord, `${keyWord.text} is there already in this tier`);
    tier.values.set(known, found);
  }

  #header(name: Header): Value {
    const found = this.#headers.get(name);
    const title = `${name[0]!.toUpperCase()}${name.slice(1)}`;
    if (found === undefined) refuse(this.#file, { line: 1, column: 1 }, `no ${title}`, `write a line such as ${title} 2 above the tiers`);
    if (found.value < 1) refuse(this.#file, found.at, 'zero', 'at least 1');
    return found;
  }

  #required(tier: number, key: Key, least = 1): Value {
    const { values, at } = this.#tiers[tier]!;
    const found = values.get(key);
    if (found === undefined) refuse(this.#file, at, `tier ${tier} has no ${key}`);
    if (found.value < least) refuse(this.#file, found.at, `${key} is ${found.value}`, `at least ${least}`);
    return found;
  }

  #optional(tier: number, key: Key, byDefault: number): Value {
    const found = this.#tiers[tier]!.values.get(key) ?? { value: byDefault, at: this.#tiers[tier]!.at };
    if (found.value < Math.min(1, byDefault)) refuse(this.#file, found.at, `${key} is ${found.value}`, 'at least 1');
    return found;
  }

  /** The links from a tier down; to them go half the latencies of the switches at their ends. */
  #link(tier: number): LinkSpec {
    const latency = this.#required(tier, 'downlink_latency_ns', 0);
    const switchesNs =
      this.#optional(tier, 'switch_latency_ns', 0).value + (tier === 0 ? 0 : this.#optional(tier - 1, 'switch_latency_ns', 0).value);
    const delayPs = 1000 * latency.value + 500 * switchesNs;
    if (delayPs < 1) refuse(this.#file, latency.at, 'links without delay', 'at least 1 ns: a link without delay has no lookahead');
    return { rateBps: 1e9 * this.#required(tier, 'downlink_speed_gbps').value, delayPs };
  }

  #dividedBy(total: Value, by: Value, what: string): number {
    const parts = total.value / by.value;
    if (!Number.isInteger(parts)) refuse(this.#file, by.at, `${total.value} ${what} are not divisible by ${by.value}`);
    return parts;
  }

  /** Ports up of a switch of a tier: Oversubscribed must not contradict what comes up to it. */
  #portsUp(tier: number): Value {
    const up = this.#required(tier, 'radix_up');
    const ratio = this.#optional(tier, 'oversubscribed', 1);
    const down = this.#required(tier, 'radix_down').value * this.#required(tier, 'downlink_speed_gbps').value;
    const capacity = up.value * this.#required(tier + 1, 'downlink_speed_gbps').value * ratio.value;
    if (down !== capacity) {
      refuse(
        this.#file,
        ratio.at,
        `tier ${tier} has ${down} Gb/s down and ${capacity / ratio.value} Gb/s up: that is not ${ratio.value} to 1`,
        'Oversubscribed is the ratio of what Radix_Down and Radix_Up with their speeds give',
      );
    }
    return up;
  }

  #top(tier: number): void {
    for (const key of ['radix_up', 'queue_up'] as const) {
      const found = this.#tiers[tier]!.values.get(key);
      if (found !== undefined) refuse(this.#file, found.at, `${key} in the top tier`, 'nothing is above it');
    }
    const below = this.#optional(0, 'bundle', 1);
    if (below.value !== 1) refuse(this.#file, below.at, 'a bundle of links to a host', 'Bundle of tier 0 is 1');
  }

  #leafSpine(nodes: Value, podsize: Value): LeafSpineSpec {
    this.#top(1);
    if (podsize.value !== nodes.value)
      refuse(this.#file, podsize.at, `a pod of ${podsize.value} of ${nodes.value} hosts`, 'two tiers are one pod');
    const hostsPerLeaf = this.#required(0, 'radix_down');
    const leaves = this.#dividedBy(nodes, hostsPerLeaf, 'hosts');
    const bundle = this.#optional(1, 'bundle', 1);
    const spines = this.#dividedBy(this.#portsUp(0), bundle, 'ports up of a ToR');
    const down = this.#required(1, 'radix_down');
    if (down.value !== leaves * bundle.value) {
      refuse(this.#file, down.at, `${down.value} ports down of a spine for ${leaves} ToRs`, `${leaves * bundle.value} are needed`);
    }
    return {
      kind: 'leaf-spine',
      leaves,
      spines,
      hostsPerLeaf: hostsPerLeaf.value,
      hostLink: this.#link(0),
      fabricLink: { ...this.#link(1), perSpineRateBps: null, linksPerPair: bundle.value },
      placement: 'packed',
    };
  }

  #fatTree(nodes: Value, podsize: Value): FatTreeSpec {
    this.#top(2);
    for (const tier of [1, 2]) {
      const bundle = this.#optional(tier, 'bundle', 1);
      if (bundle.value !== 1) refuse(this.#file, bundle.at, 'bundles of links in three tiers', 'a fat tree here has one link a pair');
    }
    const pods = this.#dividedBy(nodes, podsize, 'hosts');
    const hostsPerTor = this.#required(0, 'radix_down');
    const torsPerPod = this.#dividedBy(podsize, hostsPerTor, 'hosts of a pod');
    const aggsPerPod = this.#portsUp(0).value;
    const coresPerAgg = this.#portsUp(1).value;
    const matches = (tier: number, ports: number, what: string): void => {
      const down = this.#required(tier, 'radix_down');
      if (down.value !== ports) refuse(this.#file, down.at, `${down.value} ports down of a switch of tier ${tier} for ${ports} ${what}`);
    };
    matches(1, torsPerPod, 'ToRs of a pod');
    matches(2, pods, 'pods');
    return {
      kind: 'fat-tree',
      pods,
      torsPerPod,
      aggsPerPod,
      coresPerAgg,
      hostsPerTor: hostsPerTor.value,
      hostLink: this.#link(0),
      fabricLink: this.#link(1),
      coreLink: this.#link(2),
      placement: 'packed',
    };
  }
}
