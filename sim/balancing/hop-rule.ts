import type { RouteTables } from './route-tables.ts';

/** How one switch picks among several live next hops, a packet at a time: the balancer's part of a `RuleRouter`. */
export abstract class HopRule {
  /** See `Router.looksAtQueues`. */
  abstract readonly looksAtQueues: boolean;
  /** Data packets of fewer wire bytes are hashed, like everything that is no data. */
  abstract readonly smallestBytes: number;
  /** Where the next hops stand. */
  protected link: Int32Array = new Int32Array(0);

  /**
   * One of the next hops link[first .. first + count - 1], two or more, for the data packet at `address` towards ToR `tor`. It arrives at
   * clock[NOW].
   */
  abstract choose(address: number, tor: number, first: number, count: number): number;

  useTables(tables: RouteTables): void {
    this.link = tables.members.link;
  }

  /** `link` is one of these next hops. */
  protected isMember(link: number, first: number, count: number): boolean {
    for (let i = first; i < first + count; i++) if (this.link[i] === link) return true;
    return false;
  }
}
