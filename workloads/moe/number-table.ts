/** Numbers by a number, with open addressing: 12 bytes a place, where a Map takes several times as much and ends at 2^24 entries. */
export class NumberTable {
  #keys = new Float64Array(16).fill(NaN);
  #values = new Int32Array(16);
  #size = 0;

  /** @param key a whole number, at least 0 */
  get(key: number): number | undefined {
    const place = this.#placeOf(key);
    return this.#keys[place] === key ? this.#values[place]! : undefined;
  }

  /** For a key that is not there yet. */
  add(key: number, value: number): void {
    if (3 * this.#size >= 2 * this.#keys.length) this.#grow();
    const place = this.#placeOf(key);
    this.#keys[place] = key;
    this.#values[place] = value;
    this.#size++;
  }

  /** Where the key is, or the empty place where it would be. */
  #placeOf(key: number): number {
    const mask = this.#keys.length - 1;
    // Both halves of the number count; the factors are those of MurmurHash3's finaliser.
    let hash = (key ^ Math.imul(Math.floor(key / 2 ** 32), 0x85ebca6b)) >>> 0;
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    let place = (hash ^ (hash >>> 16)) & mask;
    while (!Number.isNaN(this.#keys[place]) && this.#keys[place] !== key) place = (place + 1) & mask;
    return place;
  }

  #grow(): void {
    const [keys, values] = [this.#keys, this.#values];
    this.#keys = new Float64Array(2 * keys.length).fill(NaN);
    this.#values = new Int32Array(2 * keys.length);
    for (let i = 0; i < keys.length; i++) {
      if (Number.isNaN(keys[i])) continue;
      const place = this.#placeOf(keys[i]!);
      this.#keys[place] = keys[i]!;
      this.#values[place] = values[i]!;
    }
  }
}
