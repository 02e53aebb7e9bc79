import { MODE_TABLES } from '../../wireless/phy/modes.ts';
import type { Contradiction, Say } from './contradiction.ts';
import type { WirelessConfig } from './schema/wireless.ts';
import { packetsPerSlot, userConfigs } from './wireless-specs.ts';

/** Whether the document has a key itself, or by a block around it. */
type Written = (path: readonly string[]) => boolean;

/** Blocks that a flow over a path does not look at. */
const OF_THE_CELL = ['slot', 'channel', 'phy', 'csi', 'arq', 'queue', 'mac', 'app', 'qos', 'users', 'energy', 'controller'];

/** Contradictions between keys of a wireless config that are valid one by one. */
export function wirelessContradictions(config: WirelessConfig, written: Written): Contradiction[] {
  const found: Contradiction[] = [];
  const say: Say = (path, message, hint) => found.push({ path, message, hint });
  checkRun(config, say);
  checkTransport(config, written, say);
  checkModes(config, written, say);
  for (const user of userConfigs(config)) {
    checkChannel(config, user, written, say);
    checkApp(config, user, written, say);
  }
  return found;
}

function checkRun({ run }: WirelessConfig, say: Say): void {
  if (run.packets !== undefined && run.duration !== undefined) {
    say(['run', 'packets'], 'a run ends after packets or after duration', 'give one of the two');
  }
}

function checkTransport({ transport, path, run }: WirelessConfig, written: Written, say: Say): void {
  const { kind = path === undefined ? 'none' : 'tfrc', lossClassifier } = transport;
  if (path === undefined) {
    if (kind !== 'none')
      say(['transport', 'kind'], `${kind} needs the path that it sends over`, 'add path: { rate: 5Mbps, wirelessLoss: 0.01 }');
    return;
  }
  if (kind === 'none') say(['path'], 'a path without a transport', 'set transport.kind, such as tfrc');
  if (kind !== 'tfrc' && lossClassifier !== 'blind') {
    say(['transport', 'lossClassifier'], `${kind} takes every loss for congestion in its own way`, 'use transport.kind: tfrc');
  }
  if (run.packets !== undefined) say(['run', 'packets'], 'packets of the link, of which a path has none', 'give run.duration');
  for (const block of OF_THE_CELL.filter((name) => written([name]))) {
    say([block], 'means nothing to a flow over a path', 'remove it, or the path');
  }
}

function checkModes(config: WirelessConfig, written: Written, say: Say): void {
  const { phy, controller } = config;
  const modes = MODE_TABLES[phy.table];
  const perSlot = packetsPerSlot(config);
  const uneven = modes.find(({ bitsPerSymbol }) => !Number.isInteger(bitsPerSymbol * perSlot));
  if (uneven !== undefined) {
    const message = `a slot of ${uneven.name} would carry ${uneven.bitsPerSymbol * perSlot} packets`;
    const remedy = phy.table === 'TM2' ? 'set slot.packetsPerSlot: 4, or phy.table: TM2Q with 2' : 'set slot.packetsPerSlot: 2';
    say(['slot', 'packetsPerSlot'], message, remedy);
  }
  if (phy.fixedMode !== undefined && phy.fixedMode > modes.length) {
    say(['phy', 'fixedMode'], `table ${phy.table} has ${modes.length} modes`, `at most ${modes.length}`);
  }
  if (phy.rule === 'B' && phy.perTarget === 'from-loss') {
    say(['phy', 'perTarget'], 'rule B needs a number', 'such as 0.01, or phy.rule: A');
  }
  if (config.arq.kind !== 'truncated' && written(['arq', 'maxRetransmissions'])) {
    say(['arq', 'maxRetransmissions'], `arq.kind ${config.arq.kind} has no such limit`, 'use arq.kind: truncated');
  }
  if (controller === undefined || controller.kind === 'integrated') return;
  if (controller.energyWeight > 0) say(['controller', 'energyWeight'], 'only integrated weighs energy', 'use controller.kind: integrated');
}

type User = ReturnType<typeof userConfigs>[number];

function checkChannel({ csi, phy }: WirelessConfig, { channel, at }: User, written: Written, say: Say): void {
  const { correlation, fading, m, shadowing } = channel;
  const path = (...keys: string[]): string[] => (written([...at, 'channel']) ? [...at, 'channel', ...keys] : ['channel', ...keys]);
  if (channel.budget !== undefined && channel.snr !== undefined) {
    say(path('snr'), 'the mean SNR follows from channel.budget', 'remove one of the two');
  }
  if (channel.budget !== undefined && channel.budget.distance < 1) say(path('budget', 'distance'), 'nearer than 1 m', 'at least 1m');
  if (correlation === 'block' && (csi.delaySlots ?? 0) > 0) {
    say(
      ['csi', 'delaySlots'],
      'each slot of channel.correlation block has a fade of its own: a late report says nothing',
      'set 0, or channel.correlation: clarke',
    );
  }
  if (m !== 1 && fading !== 'nakagami') say(path('m'), `fading ${fading} has no m`, 'use channel.fading: nakagami');
  if (channel.riceFactor !== 0 && fading !== 'rician') say(path('riceFactor'), `fading ${fading} has none`, 'use channel.fading: rician');
  const hasNakagamiLaw = fading === 'nakagami' || fading === 'rayleigh';
  if (correlation === 'fsmc' && !hasNakagamiLaw)
    say(path('fading'), `a finite-state chain of ${fading} is not known`, 'use nakagami or rayleigh');
  if (phy.rule === 'B' && !hasNakagamiLaw) say(['phy', 'rule'], `rule B is not known for fading ${fading}`, 'use phy.rule: A');
  const isFading = correlation === 'block' || correlation === 'clarke';
  if (shadowing.sigma > 0 && !isFading)
    say(path('shadowing', 'sigma'), `correlation ${correlation} has no shadowing`, 'use block or clarke');
  if (csi.estimator === 'perfect') return;
  if (!isFading)
    say(['csi', 'estimator'], `correlation ${correlation} has no gain to estimate`, 'use channel.correlation: block or clarke');
  const hasGain = fading === 'rayleigh' || fading === 'rician' || (fading === 'nakagami' && m === 1);
  if (isFading && (!hasGain || shadowing.sigma > 0)) {
    say(
      ['csi', 'estimator'],
      'pilots measure a complex gain: of rayleigh, rician, or nakagami with m = 1, without shadowing',
      'use perfect',
    );
  }
}

function checkApp({ controller }: WirelessConfig, { app, qos, channel, at }: User, written: Written, say: Say): void {
  const own = (block: string): string[] => (written([...at, block]) ? [...at, block] : [block]);
  if ((app.kind === 'video' || app.kind === 'svc') && qos.delay === 'none') {
    say([...own('qos'), 'delay'], `${app.kind} has a time at which it is shown`, 'such as 100ms');
  }
  if (controller === undefined || controller.kind === 'layered') return;
  if (app.kind !== 'svc') say(own('app'), `controller ${controller.kind} adapts layered video`, 'use app: svc');
  if (channel.correlation !== 'block' && channel.correlation !== 'clarke') {
    say([...own('channel'), 'correlation'], `controller ${controller.kind} needs a fading channel`, 'use block or clarke');
  }
}
