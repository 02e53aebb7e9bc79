import { formatQuantity } from '../../sim/base/quantity.ts';
import { videoProblem } from '../../wireless/app/build-app.ts';
import { MODE_TABLES, TABLE_PACKET_BITS } from '../../wireless/phy/modes.ts';
import type { Contradiction, Say } from './contradiction.ts';
import type { WirelessConfig } from './schema/wireless.ts';
import { type UnusedKey, unusedOfCell, unusedOfTransport, unusedOfUser } from './unused-wireless.ts';
import { appSpec, architectureOf, packetsPerSlot, userConfigs, wirelessScenario } from './wireless-specs.ts';

/** Whether the document has a key itself, or by a block around it. */
type Written = (path: readonly string[]) => boolean;

/** What a document says beyond its values. */
export interface AsWritten {
  readonly written: Written;
  /** The same without what an entry of users.mix takes over from the top-level blocks. */
  readonly writtenItself: Written;
  /** Dotted keys that the config sweeps. */
  readonly swept: readonly string[];
}

/** Blocks that a flow over a path does not look at. */
const OF_THE_CELL = ['slot', 'channel', 'phy', 'csi', 'arq', 'queue', 'mac', 'app', 'qos', 'users', 'energy', 'controller'];

/** Contradictions between keys of a wireless config that are valid one by one; keys without effect are looked for where there are none. */
export function wirelessContradictions(config: WirelessConfig, document: AsWritten): Contradiction[] {
  const { written } = document;
  const found: Contradiction[] = [];
  const say: Say = (path, message, hint) => found.push({ path, message, hint });
  checkRun(config, say);
  checkTransport(config, written, say);
  checkModes(config, written, say);
  for (const user of userConfigs(config)) {
    checkChannel(config, user, written, say);
    checkApp(config, user, written, say);
  }
  if (found.length === 0) checkUnused(config, document, say);
  return found;
}

function checkRun({ run, slot, path }: WirelessConfig, say: Say): void {
  if (path === undefined && run.duration !== undefined && run.duration < slot.duration) {
    const least = formatQuantity(slot.duration, 'time');
    say(['run', 'duration'], `shorter than a slot of ${least}: nothing would be counted`, `at least ${least}`);
  }
  if (run.packets !== undefined && run.duration !== undefined) {
    say(['run', 'packets'], 'a run ends after packets or after duration', 'give one of the two');
  }
}

function checkTransport(config: WirelessConfig, written: Written, say: Say): void {
  const { transport, path, run, users } = config;
  const { kind = path === undefined ? 'none' : 'tfrc' } = transport;
  if (path === undefined) {
    if (kind !== 'none')
      say(['transport', 'kind'], `${kind} needs the path that it sends over`, 'add path: { rate: 5Mbps, wirelessLoss: 0.01 }');
    return;
  }
  if (kind === 'none') say(['path'], 'a path without a transport', 'set transport.kind, such as tfrc');
  if (run.packets !== undefined) say(['run', 'packets'], 'packets of the link, of which a path has none', 'give run.duration');
  if (path.wirelessLoss !== 'cell') {
    for (const block of OF_THE_CELL.filter((name) => written([name]))) {
      say([block], 'means nothing to a flow over a path', 'remove it or the path, or set path.wirelessLoss: cell');
    }
    return;
  }
  if (written(['controller'])) say(['controller'], 'a flow over a path has no video to adapt', 'remove it, or the path');
  if (users === 1 && written(['app'])) say(['app'], 'the one user of the cell receives the flow', 'remove it, or add users');
  checkRoom(config, transport.segment, ['transport', 'segment'], written, say);
}

/** A packet that joins the queue as a whole needs room for all of it. */
function checkRoom({ slot, queue }: WirelessConfig, packetBytes: number, at: readonly string[], written: Written, say: Say): void {
  const pdus = Math.ceil((8 * packetBytes) / slot.packet);
  if (pdus <= queue.packets) return;
  const message = `a packet of ${packetBytes} B is ${pdus} packets of the link, more than the queue holds: none would ever be sent`;
  if (written(['queue', 'packets'])) say(['queue', 'packets'], message, `at least ${pdus}`);
  else say(at, message, `set queue.packets to at least ${pdus}`);
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

function checkChannel({ slot, csi, phy }: WirelessConfig, { channel, at }: User, written: Written, say: Say): void {
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
  if (correlation === 'block' && csi.estimator === 'kalman') {
    say(
      ['csi', 'estimator'],
      'each slot of channel.correlation block has a fade of its own: there is nothing to track',
      'use lmmse, or channel.correlation: clarke',
    );
  }
  const { goodToBad, badToGood } = channel.gilbertElliott;
  if (correlation === 'gilbert-elliott' && goodToBad + badToGood === 0) {
    say(
      path('gilbertElliott', 'goodToBad'),
      'neither state is ever left, so no law says which of them a run begins in',
      'make goodToBad or badToGood larger than 0',
    );
  }
  if (correlation === 'fsmc' && slot.packet !== TABLE_PACKET_BITS) {
    const tables = formatQuantity(TABLE_PACKET_BITS, 'bits');
    say(
      ['slot', 'packet'],
      `the states of correlation fsmc have the error rates of packets of ${tables}`,
      `use ${tables}, or channel.correlation: clarke`,
    );
  }
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

function checkApp(config: WirelessConfig, { app, qos, channel, at }: User, written: Written, say: Say): void {
  const { controller } = config;
  const own = (block: string): string[] => (written([...at, block]) ? [...at, block] : [block]);
  if ((app.kind === 'video' || app.kind === 'svc') && qos.delay === 'none') {
    say([...own('qos'), 'delay'], `${app.kind} has a time at which it is shown`, 'such as 100ms');
  }
  const spec = appSpec(app, architectureOf(config));
  const problem = spec.kind === 'video' || spec.kind === 'svc' ? videoProblem(spec, controller?.kind ?? 'layered') : null;
  if (problem !== null) say([...own('app'), problem.key], problem.message, problem.hint);
  // With a path to a cell of one user its app is the flow.
  if (config.path === undefined || config.users !== 1) {
    if (spec.kind === 'cbr' || spec.kind === 'on-off') checkRoom(config, spec.packetBytes, [...own('app'), 'packet'], written, say);
    if (spec.kind === 'voice') checkRoom(config, spec.frameBytes, [...own('app'), 'frame'], written, say);
  }
  if (controller === undefined || controller.kind === 'layered') return;
  const isOwn = at.length > 0 && written([...at, 'app']);
  if (app.kind !== 'svc') {
    const message = `${controller.kind} adapts layered video, and the app is ${app.kind}`;
    say(isOwn || written(['app']) ? own('app') : ['controller'], message, 'use app: svc');
  }
  if (channel.correlation !== 'block' && channel.correlation !== 'clarke') {
    say([...own('channel'), 'correlation'], `controller ${controller.kind} needs a fading channel`, 'use block or clarke');
  }
}

/**
 * Keys that would be accepted without effect. In a sweep a key is let be where the sweep changes what decides of it: other combinations may
 * use it.
 */
function checkUnused(config: WirelessConfig, { written, writtenItself, swept }: AsWritten, say: Say): void {
  const isSwept = (key: string): boolean => swept.some((other) => overlaps(key, other));
  const report = (path: readonly string[], { message, hint, decidedBy }: UnusedKey): void => {
    if (!decidedBy.some(isSwept)) say(path, message, hint);
  };
  const scenario = wirelessScenario(config, '');
  for (const key of unusedOfTransport(scenario)) if (written(key.path)) report(key.path, key);
  if (config.path !== undefined && config.path.wirelessLoss !== 'cell') return;
  for (const key of unusedOfCell(scenario)) if (written(key.path)) report(key.path, key);
  if (isSwept('users.mix')) return;
  const entries = userConfigs(config);
  const count = scenario.users.length;
  if (count < entries.length && !isSwept('users.count')) {
    say(['users', 'mix', String(count)], `no user is like this entry: users.count is ${count}`, 'remove it, or raise users.count');
    return;
  }
  const unused = entries.slice(0, count).map((_, i) => unusedOfUser(scenario.users[i]!, scenario));
  unused.forEach((keys, i) => {
    const { at } = entries[i]!;
    if (at.length === 0) return;
    for (const key of keys) if (writtenItself([...at, ...key.path])) report([...at, ...key.path], key);
  });
  // A key of a block that users share is used if one of them uses it.
  for (const key of unused[0]!) {
    const isUnused = unused.every((keys) => keys.some(({ path }) => path.join('.') === key.path.join('.')));
    if (isUnused && written(key.path)) report(key.path, key);
  }
}

/** Whether one of two dotted keys is the other one, or a block around it. */
const overlaps = (a: string, b: string): boolean => `${a}.`.startsWith(`${b}.`) || `${b}.`.startsWith(`${a}.`);
