/** Limits how many flows of a host are open at once; others wait in the order in which they began, at one instant by number. */
export class FlowLimit {
  readonly #most: number;
  #open = 0;
  #waiting: { readonly flow: number; readonly sincePs: number }[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /** Whether the flow is open; otherwise `leave` will name it some time. */
  enter(flow: number, nowPs: number): boolean {
    if (this.#open < this.#most) {
      this.#open++;
      return true;
    }
    let place = this.#waiting.length;
    while (place > 0 && this.#waiting[place - 1]!.sincePs === nowPs && this.#waiting[place - 1]!.flow > flow) place--;
    this.#waiting.splice(place, 0, { flow, sincePs: nowPs });
    return false;
  }

  /** An open flow is complete; returns the one that opens in its place, -1: none waits. */
  leave(): number {
    const next = this.#waiting.shift();
    if (next !== undefined) return next.flow;
    this.#open--;
    return -1;
  }
}
