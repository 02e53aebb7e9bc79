import type { Say } from './contradiction.ts';
import type { Config } from './schema/config.ts';
import type { NicConfig, SwitchConfig } from './schema/devices.ts';
import type { TransportConfig } from './schema/transport.ts';
import { grantsCredit } from './transport-specs.ts';

/** What answers, loss recovery and receiver credit need of each other (docs/model-transport.md, section 5). */
export function checkAcks(config: Partial<Config>, say: Say): void {
  const { transport, nic } = config;
  if (nic?.acks === 'none') checkNone(config, say);
  else if (transport !== undefined && nic !== undefined) checkRecovery(transport, nic.acks, say);
}

const keepsRecords = (recovery: string): boolean => recovery === 'trim' || recovery === 'timers';

function checkRecovery(transport: TransportConfig, acks: NicConfig['acks'], say: Say): void {
  // What is left out follows from the others.
  const { recovery } = transport;
  if (recovery === undefined) return;
  const path = ['transport', 'recovery'];
  if (acks === 'uec-sack' && !keepsRecords(recovery)) {
    say(path, `recovery ${recovery} with nic.acks: uec-sack`, 'set recovery: trim or timers, or nic.acks: per-packet');
  } else if (typeof acks === 'object' && recovery === 'none') {
    say(path, 'recovery none with an ACK for several packets', 'set nic.acks: per-packet or none, or another recovery');
  }
  if (grantsCredit(transport) && !keepsRecords(recovery)) {
    say(path, `recovery ${recovery} with receiver credit`, 'set recovery: trim or timers');
  }
}

/** Without ACKs the sender learns nothing of losses, marks or window space. */
function checkNone({ transport, switch: device }: Partial<Config>, say: Say): void {
  const path = ['nic', 'acks'];
  if (transport !== undefined) {
    if (transport.kind !== 'fixed') say(path, `transport ${transport.kind} needs ACKs`, 'use transport: fixed');
    else if (transport.window !== undefined) say(path, 'a window needs ACKs', 'remove transport.window');
    if (transport.recovery !== undefined && transport.recovery !== 'none') {
      say(path, `recovery ${transport.recovery} needs ACKs`, 'set transport.recovery: none, or remove it');
    }
  }
  if (device !== undefined && mayDrop(device)) {
    const hint = device.kind === 'shared' ? 'set switch.pfc: true' : 'set switch.queue: infinite';
    say(path, 'a switch that drops needs ACKs', hint);
  }
}

const mayDrop = (device: SwitchConfig): boolean =>
  device.kind === 'shared' ? !device.pfc : device.kind !== 'lossless-input' && device.queue !== 'infinite';
