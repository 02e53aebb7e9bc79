/** What a playout buffer had to show at each of its times: a unit (a picture, a group of pictures, a voice frame), or nothing. */
export class Stalls {
  /** Units whose time has come, and those of them that were not there. */
  units = 0;
  missing = 0;
  /** Times that the buffer ran empty: runs of missing units. */
  count = 0;
  #isEmpty = false;

  /** A unit's time has come. */
  play(isThere: boolean): void {
    this.units++;
    if (!isThere) {
      this.missing++;
      if (!this.#isEmpty) this.count++;
    }
    this.#isEmpty = !isThere;
  }
}
