/** Next-hop sets of all switches, equal sets of one switch stored once. */
export class PortSets {
  readonly #index = new Map<string, number>();
  readonly #offsets = [0];
  readonly #ports: number[] = [];
  #lastSwitch = -1;

  /** Number of the set, -1 for the empty one. */
  add(switchIndex: number, ports: readonly number[]): number {
    if (ports.length === 0) return -1;
    const sets = this.#offsets.length - 1;
    // Neighbouring destinations mostly have the same set: no key for those.
    if (switchIndex === this.#lastSwitch && this.#isSet(sets - 1, ports)) return sets - 1;
    const key = `${switchIndex}:${ports.join(',')}`;
    const known = this.#index.get(key);
    if (known !== undefined) return known;
    this.#lastSwitch = switchIndex;
    this.#index.set(key, sets);
    for (const port of ports) this.#ports.push(port);
    this.#offsets.push(this.#ports.length);
    return sets;
  }

  build(): { setOffset: Int32Array; setPort: Int32Array } {
    return { setOffset: Int32Array.from(this.#offsets), setPort: Int32Array.from(this.#ports) };
  }

  #isSet(set: number, ports: readonly number[]): boolean {
    const first = this.#offsets[set]!;
    return this.#offsets[set + 1]! - first === ports.length && ports.every((port, i) => this.#ports[first + i] === port);
  }
}
