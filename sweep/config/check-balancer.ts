import type { Say } from './contradiction.ts';
import type { Config } from './schema/config.ts';
import { recoveryOf } from './transport-specs.ts';

/** Kinds that choose by what answers say. */
const LISTENERS: ReadonlySet<string> = new Set([
  ...['plb', 'plb-delay', 'flowbender', 'hopper', 'reps', 'reps-htsim', 'reps-legacy', 'reps-ethereal-v2'],
  ...['uec-bitmap', 'uec-bitmap-1bit', 'uec-mixed', 'strack', 'mrc', 'mp-rdma'],
]);

/** A balancer that never hears what it goes by would be another one without a word. */
export function checkBalancer({ balancer, nic, transport, topology, switch: device }: Partial<Config>, say: Say): void {
  if (balancer === undefined) return;
  if (balancer.kind === 'plb' && balancer.idleRounds > balancer.rounds) {
    say(['balancer', 'idleRounds'], `${balancer.idleRounds} is above rounds, ${balancer.rounds}`, 'at most rounds');
  }
  if (nic?.acks === 'none' && LISTENERS.has(balancer.kind)) {
    say(['balancer'], `${balancer.kind} goes by answers, and there are none`, 'set nic.acks: per-packet, or use another balancer');
  }
  if (balancer.kind === 'mp-rdma' && balancer.bitmap !== undefined && balancer.delta >= balancer.bitmap) {
    say(['balancer', 'delta'], `${balancer.delta} is not below bitmap, ${balancer.bitmap}: no path could be so late`, 'below bitmap');
  }
  if (balancer.kind === 'mp-rdma' && transport !== undefined && nic !== undefined && nic.acks !== 'none') {
    const recovery = recoveryOf(transport, nic.acks, device?.kind === 'composite' && device.trim);
    const hint = 'set transport.recovery: sr, without credit and nic.acks: uec-sack, or use reps';
    if (recovery !== 'sr') say(['balancer'], `mp-rdma needs selective repeat, and transport.recovery is ${recovery}`, hint);
  }
  if (balancer.kind === 'conweave' && topology !== undefined && 'wireless' in topology && topology.wireless !== undefined) {
    say(
      ['balancer'],
      'conweave needs leaves that put packets in order, and wireless ones do not',
      'remove topology.wireless, or use letflow',
    );
  }
  if ((balancer.kind === 'plb-delay' || balancer.kind === 'hopper') && transport?.recovery === 'gbn') {
    say(
      ['balancer'],
      `${balancer.kind} needs round-trip times, which go-back-N does not measure`,
      'set transport.recovery: sr, or use plb',
    );
  }
}
