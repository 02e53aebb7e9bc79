import { isSprayed } from '../../sim/balancing/plan.ts';
import { formatQuantity } from '../../sim/base/quantity.ts';
import { hostLink } from '../../topologies/build-topology.ts';
import type { Say } from './contradiction.ts';
import type { Config } from './schema/config.ts';
import type { TransportConfig } from './schema/transport.ts';
import { topologySpec } from './topology-spec.ts';

const sizeText = (bytes: number): string => formatQuantity(bytes, 'bytes');
const rateText = (bps: number): string => formatQuantity(bps, 'rate');

/** Controls that would never react without samples of the round-trip time. */
const NEEDS_SAMPLES: ReadonlySet<string> = new Set(['timely', 'swift', 'nscc']);

/** Contradictions in the transport block, and between it and others. */
export function checkTransport(config: Partial<Config>, say: Say): void {
  const { transport, switch: device, balancer } = config;
  if (transport === undefined) return;
  if (transport.nackInterval !== undefined && transport.recovery !== 'gbn') {
    say(['transport', 'nackInterval'], 'no NACKs without go-back-N', 'set recovery: gbn, or remove the key');
  }
  if (transport.rto !== undefined && transport.recovery === 'none') {
    say(['transport', 'rto'], 'no timeout without recovery', 'remove the key');
  }
  checkPlaces(transport, config.nic, say);
  if (transport.recovery === 'trim' && device !== undefined && !(device.kind === 'composite' && device.trim)) {
    say(['transport', 'recovery'], 'trim without switches that trim', 'set switch.kind: composite, or choose another recovery');
  }
  if (transport.recovery === 'gbn' && NEEDS_SAMPLES.has(transport.kind)) {
    say(['transport', 'recovery'], `${transport.kind} measures round-trip times, and go-back-N gives no samples`, 'set recovery: sr');
  }
  if (transport.kind === 'hpcc' && balancer !== undefined && isSprayed(balancer.kind)) {
    const hint = 'choose a balancer with a path a flow (ecmp, ethereal), or another transport';
    say(
      ['transport', 'kind'],
      `hpcc compares what packets of one path have seen, and ${balancer.kind} chooses a path for each packet`,
      hint,
    );
  }
  checkRates(transport, config, say);
  checkWindows(transport, config, say);
  checkOrder(transport, say);
}

/** Who discards must be sent to again. */
function checkPlaces({ outOfOrder, recovery }: TransportConfig, nic: Config['nic'] | undefined, say: Say): void {
  const path = ['transport', 'outOfOrder'];
  if (outOfOrder !== undefined && recovery === 'gbn') say(path, 'go-back-N discards whatever is out of order', 'remove the key');
  const isSentOnce = recovery === 'none' || nic?.acks === 'none';
  if (outOfOrder !== undefined && outOfOrder !== 'place' && isSentOnce) {
    say(path, 'what is discarded is not sent again', 'choose place, or recovery sr, trim or timers');
  }
}

function checkRates(transport: TransportConfig, { topology }: Partial<Config>, say: Say): void {
  if (topology === undefined) return;
  const lineBps = hostLink(topologySpec(topology)).rateBps;
  const rates = {
    rate: 'rate' in transport ? transport.rate : undefined,
    minRate: 'minRate' in transport ? transport.minRate : undefined,
  };
  for (const [key, rateBps] of Object.entries(rates)) {
    if (rateBps === undefined || rateBps <= lineBps) continue;
    say(['transport', key], `${rateText(rateBps)} is above the rate of the host links`, `at most ${rateText(lineBps)}`);
  }
}

function checkWindows(transport: TransportConfig, { nic }: Partial<Config>, say: Say): void {
  const windows = {
    window: 'window' in transport ? transport.window : undefined,
    initialWindow: 'initialWindow' in transport ? transport.initialWindow : undefined,
    minWindow: 'minWindow' in transport ? transport.minWindow : undefined,
    maxWindow: 'maxWindow' in transport ? transport.maxWindow : undefined,
  };
  for (const [key, bytes] of Object.entries(windows)) {
    // Swift paces windows below a packet.
    if (transport.kind === 'swift' && key !== 'maxWindow') continue;
    if (nic === undefined || bytes === undefined || bytes >= nic.mtu + nic.header) continue;
    say(['transport', key], `${sizeText(bytes)} is less than one packet`, `mtu and header are ${sizeText(nic.mtu + nic.header)}`);
  }
  const most = transport.kind === 'nscc' ? transport.credit?.maxWindow : undefined;
  if (nic !== undefined && most !== undefined && most < nic.mtu + nic.header) {
    const packet = `mtu and header are ${sizeText(nic.mtu + nic.header)}`;
    say(['transport', 'credit', 'maxWindow'], `${sizeText(most)} is less than one packet`, packet);
  }
  const { initialWindow, minWindow, maxWindow } = windows;
  if (initialWindow !== undefined && minWindow !== undefined && minWindow > initialWindow) {
    say(['transport', 'minWindow'], 'minWindow is above initialWindow', 'at most initialWindow');
  }
  for (const [key, bytes] of Object.entries({ initialWindow, minWindow })) {
    if (maxWindow === undefined || bytes === undefined || bytes <= maxWindow) continue;
    say(['transport', 'maxWindow'], `maxWindow is below ${key}`, `at least ${key}`);
  }
}

function checkOrder(transport: TransportConfig, say: Say): void {
  if (transport.kind === 'timely' && transport.lowDelay > transport.highDelay) {
    say(['transport', 'lowDelay'], 'lowDelay is above highDelay', 'at most highDelay');
  }
  if (transport.kind === 'swift' && transport.flowScaleMin >= transport.flowScaleMax) {
    say(['transport', 'flowScaleMin'], 'flowScaleMin is not below flowScaleMax', 'choose it below flowScaleMax');
  }
}
