/** Events in the order of their time; ties in the order of a number that a caller gives each of them once. */
export class EventQueue {
  #size = 0;
  #timePs = new Float64Array(64);
  #order = new Float64Array(64);
  #event = new Int32Array(64);
  /** Time and order of the event that `pop` has returned. */
  poppedTimePs = 0;
  poppedOrder = 0;

  get size(): number {
    return this.#size;
  }

  push(event: number, timePs: number, order: number): void {
    if (this.#size === this.#event.length) this.#grow();
    let place = this.#size++;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!this.#isBefore(timePs, order, parent)) break;
      this.#move(parent, place);
      place = parent;
    }
    this.#put(place, event, timePs, order);
  }

  /** The least event; the queue must not be empty. */
  pop(): number {
    const event = this.#event[0]!;
    this.poppedTimePs = this.#timePs[0]!;
    this.poppedOrder = this.#order[0]!;
    const last = --this.#size;
    const [timePs, order] = [this.#timePs[last]!, this.#order[last]!];
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= last) break;
      if (child + 1 < last && this.#isBefore(this.#timePs[child + 1]!, this.#order[child + 1]!, child)) child++;
      if (this.#isBefore(timePs, order, child)) break;
      this.#move(child, place);
      place = child;
    }
    this.#put(place, this.#event[last]!, timePs, order);
    return event;
  }

  #isBefore(timePs: number, order: number, place: number): boolean {
    const other = this.#timePs[place]!;
    return timePs < other || (timePs === other && order < this.#order[place]!);
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#event[from]!, this.#timePs[from]!, this.#order[from]!);
  }

  #put(place: number, event: number, timePs: number, order: number): void {
    this.#event[place] = event;
    this.#timePs[place] = timePs;
    this.#order[place] = order;
  }

  #grow(): void {
    const length = this.#event.length * 2;
    const [timePs, order, event] = [new Float64Array(length), new Float64Array(length), new Int32Array(length)];
    timePs.set(this.#timePs);
    order.set(this.#order);
    event.set(this.#event);
    this.#timePs = timePs;
    this.#order = order;
    this.#event = event;
  }
}
