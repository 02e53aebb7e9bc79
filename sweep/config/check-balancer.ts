import type { Say } from './contradiction.ts';
import type { Config } from './schema/config.ts';

/** Kinds that choose by what answers say. */
const LISTENERS: ReadonlySet<string> = new Set([
  ...['plb', 'plb-delay', 'flowbender', 'hopper', 'reps', 'reps-htsim', 'reps-legacy', 'reps-ethereal-v2'],
  ...['uec-bitmap', 'uec-bitmap-1bit', 'uec-mixed', 'strack', 'mrc'],
]);

/** A balancer that never hears what it goes by would be another one without a word. */
export function checkBalancer({ balancer, nic, transport }: Partial<Config>, say: Say): void {
  if (balancer === undefined) return;
  if (balancer.kind === 'plb' && balancer.idleRounds > balancer.rounds) {
    say(['balancer', 'idleRounds'], `${balancer.idleRounds} is above rounds, ${balancer.rounds}`, 'at most rounds');
  }
  if (nic?.acks === 'none' && LISTENERS.has(balancer.kind)) {
    say(['balancer'], `${balancer.kind} goes by answers, and there are none`, 'set nic.acks: per-packet, or use another balancer');
  }
  if ((balancer.kind === 'plb-delay' || balancer.kind === 'hopper') && transport?.recovery === 'gbn') {
    say(
      ['balancer'],
      `${balancer.kind} needs round-trip times, which go-back-N does not measure`,
      'set transport.recovery: sr, or use plb',
    );
  }
}
