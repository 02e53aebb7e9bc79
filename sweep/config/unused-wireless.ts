import type { ChannelSpec, SchedulerKind } from '../../sim/base/radio-spec.ts';
import type { UserSpec, WirelessScenario } from '../../wireless/scenario.ts';

/** A key that a run does not look at. */
export interface UnusedKey {
  readonly path: readonly string[];
  readonly message: string;
  readonly hint: string;
  /** Dotted keys whose other values could give it an effect. */
  readonly decidedBy: readonly string[];
}

type Rule = readonly [isUnused: boolean, keys: readonly string[], message: string, hint: string, decidedBy: readonly string[]];

const keysOf = (rules: readonly Rule[]): readonly UnusedKey[] =>
  rules.flatMap(([isUnused, keys, message, hint, decidedBy]) =>
    isUnused ? keys.map((key) => ({ path: key.split('.'), message, hint, decidedBy })) : [],
  );

/** Schedulers that look at average rates, at allowed misses, and at service classes. */
const AVERAGING: readonly SchedulerKind[] = ['strict', 'pf', 'm-lwdf', 'exp-pf', 'exp-rule', 'log-rule', 'lwg'];
const BY_MISSES: readonly SchedulerKind[] = ['m-lwdf', 'exp-pf'];
const BY_CLASS: readonly SchedulerKind[] = ['strict', 'lwg'];

const SCHEDULER_KEYS = ['mac.kind', 'controller.kind', 'users.count'];

/** Keys of the blocks `channel`, `qos` and `app` of a user without effect; not those by which a user states its targets (loss, delay). */
export function unusedOfUser(user: UserSpec, scenario: WirelessScenario): readonly UnusedKey[] {
  return keysOf([...channelRules(user.channel), ...qosRules(user, scenario), decidedByIntegrated(scenario, ['app.fec'])]);
}

/** What the integrated controller sets anew with each of its decisions. */
const decidedByIntegrated = ({ controller }: WirelessScenario, keys: readonly string[]): Rule => [
  controller.kind === 'integrated',
  keys,
  'integrated decides on it in every period',
  'remove it, or use another controller.kind',
  ['controller.kind'],
];

function channelRules({ correlation, fading, fsmc, shadowing }: ChannelSpec): readonly Rule[] {
  const is = (...kinds: readonly string[]): boolean => kinds.includes(correlation);
  const [byTime, byFading] = [['channel.correlation'], ['channel.fading']];
  const isSteady = fading === 'none';
  const states = 'gilbert-elliott has two states and no SNR';
  const noUse = `channel.correlation ${correlation} has no use for it`;
  const isMoving = is('clarke', 'fsmc') && !isSteady;
  return [
    [is('gilbert-elliott'), ['channel.snr', 'channel.budget', 'channel.fading'], states, 'remove it, or use another correlation', byTime],
    [!is('gilbert-elliott') && fading !== 'nakagami', ['channel.m'], `fading ${fading} has no m`, 'use channel.fading: nakagami', byFading],
    [
      !is('gilbert-elliott') && fading !== 'rician',
      ['channel.riceFactor'],
      `fading ${fading} has none`,
      'use channel.fading: rician',
      byFading,
    ],
    [is('gilbert-elliott'), ['channel.m', 'channel.riceFactor'], states, 'remove it, or use another correlation', byTime],
    [
      !isMoving,
      ['channel.doppler'],
      isSteady && is('clarke', 'fsmc') ? 'without fading nothing moves' : noUse,
      isSteady && is('clarke', 'fsmc') ? 'remove it' : 'remove it, or use channel.correlation: clarke',
      [...byTime, ...byFading],
    ],
    [!is('clarke') || isSteady, ['channel.sinusoids'], noUse, 'remove it, or use channel.correlation: clarke', [...byTime, ...byFading]],
    [!is('fsmc'), ['channel.fsmc'], noUse, 'remove it, or use channel.correlation: fsmc', byTime],
    [
      is('fsmc') && fsmc.kind === 'exact',
      ['channel.fsmc.onInvalid'],
      'an exact chain always exists',
      'remove it, or use channel.fsmc.kind: wm',
      [...byTime, 'channel.fsmc.kind'],
    ],
    [!is('gilbert-elliott'), ['channel.gilbertElliott'], noUse, 'remove it, or use channel.correlation: gilbert-elliott', byTime],
    [
      shadowing.sigmaDb === 0,
      ['channel.shadowing.correlation', 'channel.shadowing.speed'],
      'there is no shadowing',
      'remove it, or set channel.shadowing.sigma: 8dB',
      ['channel.shadowing.sigma'],
    ],
  ];
}

function qosRules({ qos }: UserSpec, { mac, users, controller }: WirelessScenario): readonly Rule[] {
  // Under an architecture that does not read them, targets of users are what it is compared by.
  const reads = (kinds: readonly SchedulerKind[]): boolean =>
    controller.kind !== 'layered' || (users.length > 1 && kinds.includes(mac.kind));
  const who = users.length === 1 ? 'a single user is not scheduled' : `mac.kind ${mac.kind} does not look at it`;
  const use = (kinds: readonly SchedulerKind[]): string => `remove it, or use ${kinds.join(' or ')} for several users`;
  const reserves = reads(['lwg']) && (qos.class === 'nrtPS' || controller.kind !== 'layered');
  return [
    [!reads(BY_MISSES), ['qos.miss'], who, use(BY_MISSES), SCHEDULER_KEYS],
    [!reads(BY_CLASS), ['qos.class'], who, use(BY_CLASS), SCHEDULER_KEYS],
    [
      !reserves,
      ['qos.minRate'],
      reads(['lwg']) ? `nothing is reserved for class ${qos.class}` : who,
      reads(['lwg']) ? 'set qos.class: nrtPS' : use(['lwg']),
      [...SCHEDULER_KEYS, 'qos.class'],
    ],
  ];
}

/** Keys of the blocks that all users share without effect. */
export function unusedOfCell(scenario: WirelessScenario): readonly UnusedKey[] {
  const { phy, csi, arq, mac, energy, controller, users, path } = scenario;
  const all = (is: (user: UserSpec) => boolean): boolean => users.every(is);
  const isController = controller.kind !== 'layered' || Object.keys(controller.signals).length > 0;
  const hasStates = all(({ channel }) => channel.correlation === 'gilbert-elliott');
  const knowsNoThresholds = phy.power === 'constant' && (hasStates || (phy.fixedMode !== null && all(isFading)));
  const why = hasStates ? 'gilbert-elliott has two states and no SNR' : 'phy.fixedMode is used whatever the sender knows';
  const ofMode = ['phy.fixedMode', 'phy.power', 'channel.correlation', 'controller'];
  const isUnbounded = all(({ qos }) => qos.delayPs === null);
  const bounds = ['no user has a delay bound', 'set qos.delay: 100ms, or remove it'] as const;
  const ofBounds = ['qos.delay', 'app', 'users.mix'];
  return keysOf([
    decidedByIntegrated(scenario, ['phy.rule', 'phy.perTarget', 'arq.kind', 'arq.maxRetransmissions']),
    [knowsNoThresholds && !isController, ['phy.rule', 'phy.perTarget'], why, 'remove it', ofMode],
    [
      knowsNoThresholds && !isController,
      ['csi.periodSlots', 'csi.delaySlots', 'csi.quantiser', 'csi.feedbackError', 'csi.olla'],
      why,
      'remove it',
      ofMode,
    ],
    [
      csi.estimator === 'perfect',
      ['csi.pilots'],
      'a perfect estimate needs none',
      'remove it, or use csi.estimator: lmmse',
      ['csi.estimator'],
    ],
    [
      !csi.olla.on && !knowsNoThresholds,
      ['csi.olla.bler', 'csi.olla.up', 'csi.olla.clamp'],
      'the outer loop is off',
      'set csi.olla.on: true',
      ['csi.olla.on'],
    ],
    [
      arq.kind === 'none',
      ['arq.harq', 'arq.byClass'],
      'arq.kind none sends everything once',
      'remove it, or use arq.kind: truncated',
      ['arq.kind'],
    ],
    [arq.pauseNacks === null, ['arq.pauseSlots'], 'the sender never pauses', 'set arq.pauseNacks: 3', ['arq.pauseNacks']],
    [isUnbounded && arq.deadline, ['arq.deadline'], ...bounds, ofBounds],
    [isUnbounded && mac.dropLate, ['mac.dropLate'], ...bounds, ofBounds],
    [users.length === 1, ['mac.kind', 'mac.averagingSlots'], 'a single user is not scheduled', 'remove it, or add users', ['users.count']],
    [
      users.length > 1 && !AVERAGING.includes(mac.kind),
      ['mac.averagingSlots'],
      `mac.kind ${mac.kind} does not average`,
      'remove it, or use mac.kind: pf',
      SCHEDULER_KEYS,
    ],
    [
      path === null && all(({ app }) => app.kind === 'full-buffer'),
      ['queue'],
      'full-buffer users always have something to send, and no queue',
      'remove it, or give them another app',
      ['app', 'users.mix', 'path.wirelessLoss'],
    ],
    [!energy.sleeps, ['energy.sleep', 'energy.wake'], 'nobody sleeps', 'set energy.sleeps: true', ['energy.sleeps']],
    [!isController, ['controller.period'], 'layered without signals decides nothing', 'remove it, or use another kind', ['controller']],
  ]);
}

/** Keys of the blocks `transport` and `path` without effect. */
export function unusedOfTransport({ transport, path }: WirelessScenario): readonly UnusedKey[] {
  const { kind, lossClassifier } = transport;
  const noPath = ['there is no path to send over', 'add path: { rate: 5Mbps, wirelessLoss: 0.01 }', ['path']] as const;
  if (path === null) return keysOf([[true, ['transport.segment', 'transport.lossClassifier', 'transport.zigzag'], ...noPath]]);
  const ofKind = ['transport.kind', 'transport.lossClassifier'];
  const hasThresholds = kind === 'tfrc' && (lossClassifier === 'zigzag' || lossClassifier === 'zbs');
  const ownWay = `${kind} takes every loss for congestion in its own way`;
  return keysOf([
    [kind !== 'tfrc', ['transport.lossClassifier'], ownWay, 'use transport.kind: tfrc', ofKind],
    [
      !hasThresholds,
      ['transport.zigzag'],
      'only the loss classifiers zigzag and zbs have thresholds',
      'use one of them, or remove it',
      ofKind,
    ],
    [
      path.wirelessLoss === 0,
      ['path.wireless'],
      'nothing is lost on the air',
      'set path.wirelessLoss: 0.01, or remove it',
      ['path.wirelessLoss'],
    ],
  ]);
}

const isFading = ({ channel }: UserSpec): boolean => channel.correlation === 'block' || channel.correlation === 'clarke';
