import { LayeredVideo } from '../app/layered-video.ts';
import { meanSnrOf, nakagamiParameter } from '../build-radio.ts';
import { estimationError } from '../csi/estimation-error.ts';
import { powerCorrelation } from '../math/nakagami.ts';
import { attemptsByDeadline } from '../oracles/arq.ts';
import { instantaneousThresholds, targetPer } from '../phy/amc.ts';
import { MODE_TABLES } from '../phy/modes.ts';
import { FadingRadio } from '../radio.ts';
import type { WirelessScenario } from '../scenario.ts';
import type { User } from '../user.ts';
import type { SignalBus } from './bus.ts';
import { type Decision, optimise } from './optimizer.ts';
import type { AirPrediction, Situation } from './prediction.ts';

/** Weight of a period in the averages that are reported. */
const NEW_WEIGHT = 0.1;
/** Share of the reported rate that a source takes in the bottom-up architecture. */
const SAFE_SHARE = 0.9;
/** Quantities are rounded before they are optimised over: the same question is not asked twice. */
const SNR_STEP_DB = 0.5;
/** Coherence time in periods of the Doppler frequency. */
const COHERENCE = 0.423;
const CORRELATION_STEP = 0.005;
const SHARE_STEP = 0.05;

/** What a controller predicted and what came of it, summed over its decisions. */
export interface Calibration {
  decisions: number;
  predictedPsnrDb: number;
}

/** Questions that the optimiser has answered in a run; users in like situations share them. */
export class Answers {
  readonly decisions = new Map<string, Decision>();
  readonly airs = new Map<string, AirPrediction>();
}

/** Observes and decides for one user, once a period. */
export class UserController {
  readonly calibration: Calibration = { decisions: 0, predictedPsnrDb: 0 };
  readonly bus: SignalBus;
  readonly #scenario: WirelessScenario;
  readonly #user: User;
  readonly #number: number;
  readonly #answers: Answers;
  #meanSnr: number;
  #linkRateBps = NaN;
  #per = NaN;
  #share: number;
  #before = { sent: 0, failed: 0 };

  constructor(scenario: WirelessScenario, number: number, user: User, bus: SignalBus, answers: Answers) {
    this.#scenario = scenario;
    this.#number = number;
    this.#user = user;
    this.bus = bus;
    this.#answers = answers;
    this.#meanSnr = meanSnrOf(scenario.users[number]!.channel, scenario.energy.transmitW);
    this.#share = 1 / scenario.users.length;
  }

  /** A period has passed. */
  step(nowPs: number): void {
    this.#observe(nowPs);
    switch (this.#scenario.controller.kind) {
      case 'bottom-up':
        return this.#fitToLink(nowPs);
      case 'integrated':
        return this.#optimise(nowPs);
      // What these set they set once.
      case 'layered':
      case 'top-down':
      case 'mac-centric':
    }
  }

  #observe(nowPs: number): void {
    const { radio, queue } = this.#user;
    const { bus } = this;
    if (radio instanceof FadingRadio) {
      const { meanReported, meanBitsPerSymbol } = radio.takePeriod();
      this.#meanSnr += NEW_WEIGHT * (meanReported / radio.powerCap - this.#meanSnr);
      const sent = queue.sent - this.#before.sent;
      const failed = queue.failed - this.#before.failed;
      this.#before = { sent: queue.sent, failed: queue.failed };
      if (sent > 0) this.#per = Number.isNaN(this.#per) ? failed / sent : this.#per + NEW_WEIGHT * (failed / sent - this.#per);
      const served = this.#user.takeServedShare();
      if (!Number.isNaN(served)) this.#share += NEW_WEIGHT * (served - this.#share);
      // Who does not hear of the error rate takes the target for it.
      const per = bus.read('perHat', nowPs)?.value ?? this.#perTarget();
      const rateBps = symbolRate(this.#scenario) * this.#share * meanBitsPerSymbol * (1 - per);
      this.#linkRateBps = Number.isNaN(this.#linkRateBps) ? rateBps : this.#linkRateBps + NEW_WEIGHT * (rateBps - this.#linkRateBps);
      bus.publish('snrHat', this.#meanSnr, nowPs);
      bus.publish('linkRate', this.#linkRateBps, nowPs);
      if (!Number.isNaN(this.#per)) bus.publish('perHat', this.#per, nowPs);
      bus.publish('csiCorr', this.#correlation(), nowPs);
    }
    const { qos } = this.#scenario.users[this.#number]!;
    bus.publish('lossTarget', qos.loss, nowPs);
    bus.publish('deadline', qos.delayPs ?? Infinity, nowPs);
    bus.publish('layer', 1, nowPs);
    bus.publish('trafficClass', 1, nowPs);
    bus.publish('queue', queue.backlogPdus, nowPs);
  }

  #perTarget(): number {
    const { phy, arq, users } = this.#scenario;
    return phy.perTarget ?? targetPer(users[this.#number]!.qos.loss, arq.kind === 'truncated' ? arq.maxRetransmissions : 0);
  }

  /** What the sender knows of the channel is as old as report and delay make it; what an estimator misses comes on top. */
  #correlation(): number {
    const { csi, slot, users } = this.#scenario;
    const { channel } = users[this.#number]!;
    const known = 1 - Math.min(1, estimationError(csi, this.#meanSnr, channel.dopplerHz, slot.durationPs / 1e12));
    if (channel.correlation === 'block') return csi.delaySlots === 0 ? known : 0;
    const ageS = ((csi.delaySlots + (csi.periodSlots - 1) / 2) * slot.durationPs) / 1e12;
    return powerCorrelation(channel.dopplerHz, ageS) * known;
  }

  /** As many layers as nine tenths of the reported rate carry. */
  #fitToLink(nowPs: number): void {
    const { app } = this.#user;
    const reading = this.bus.read('linkRate', nowPs);
    if (!(app instanceof LayeredVideo) || reading === null) return;
    app.layers = app.layersWithin(SAFE_SHARE * reading.value);
  }

  #optimise(nowPs: number): void {
    const { app, radio, queue } = this.#user;
    if (!(app instanceof LayeredVideo) || !(radio instanceof FadingRadio)) return;
    const decision = this.#decisionFor(this.#situation(nowPs, app.layersBps), nowPs);
    const { knobs, prediction } = decision;
    this.calibration.decisions++;
    this.calibration.predictedPsnrDb += prediction.psnrDb;
    radio.thresholds = instantaneousThresholds(MODE_TABLES[this.#scenario.phy.table], knobs.perTarget);
    radio.powerCap = knobs.power;
    queue.options.maxAttempts = knobs.retransmissions + 1;
    // Who does not hear of rates keeps the nominal source; who does not know the layers protects all alike.
    app.layers = this.bus.isOn('linkRate') ? knobs.layers : app.layersBps.length;
    app.protection = this.bus.isOn('layer') ? knobs.protection : 'eep';
  }

  #situation(nowPs: number, layersBps: readonly number[]): Situation {
    const { phy, slot, users, energy } = this.#scenario;
    const { channel, qos } = users[this.#number]!;
    const nominal = meanSnrOf(channel, energy.transmitW);
    const snr = this.bus.read('snrHat', nowPs)?.value ?? nominal;
    const deadlinePs = this.bus.read('deadline', nowPs)?.value ?? Infinity;
    return {
      modes: MODE_TABLES[phy.table],
      meanSnr: 10 ** (rounded(10 * Math.log10(snr), SNR_STEP_DB) / 10),
      m: nakagamiParameter(channel),
      correlation: rounded(this.bus.read('csiCorr', nowPs)?.value ?? 1, CORRELATION_STEP),
      knowsErrorRate: this.bus.read('perHat', nowPs) !== null,
      share: Math.max(SHARE_STEP, rounded(this.#share, SHARE_STEP)),
      symbolRate: symbolRate(this.#scenario),
      slotS: slot.durationPs / 1e12,
      coherenceS: this.#coherenceS(nowPs),
      packetBits: slot.packetBits,
      // Without knowing the deadline, the delay bound of the service stands for it.
      delayBoundS: Math.min(deadlinePs, qos.delayPs ?? Infinity) / 1e12,
      layersBps,
      groupS: this.#groupS(),
      amplifierW: energy.transmitW / energy.efficiency,
      circuitsW: energy.transmitCircuitW + energy.receiveCircuitW,
      idleW: energy.sleeps ? energy.sleepW : energy.idleW,
    };
  }

  /** Who hears of the channel's correlation knows how long it stays as it is (Rappaport's rule); who does not takes slots as independent. */
  #coherenceS(nowPs: number): number {
    const { slot, users } = this.#scenario;
    const { channel } = users[this.#number]!;
    const slotS = slot.durationPs / 1e12;
    if (channel.correlation === 'block' || this.bus.read('csiCorr', nowPs) === null) return slotS;
    return Math.max(slotS, COHERENCE / channel.dopplerHz);
  }

  #groupS(): number {
    const { app } = this.#scenario.users[this.#number]!;
    return app.kind === 'svc' ? app.gop.length / app.fps : 1;
  }

  #decisionFor(situation: Situation, nowPs: number): Decision {
    const { energyWeight } = this.#scenario.controller;
    const attempts = this.bus.read('deadline', nowPs) === null ? Infinity : attemptsWithin(situation);
    const { modes: _, ...numbers } = situation;
    const question = JSON.stringify([numbers, attempts]);
    const known = this.#answers.decisions.get(question);
    if (known !== undefined) return known;
    const decision = optimise(situation, attempts, energyWeight, this.#answers.airs);
    this.#answers.decisions.set(question, decision);
    return decision;
  }
}

/** Attempts that the delay bound leaves time for: a slot each, one of them for what waits before. */
const attemptsWithin = ({ delayBoundS, slotS }: Situation): number =>
  delayBoundS === Infinity ? Infinity : Math.max(1, attemptsByDeadline(delayBoundS, 2 * slotS, slotS));

const symbolRate = ({ slot }: WirelessScenario): number => (slot.packetsPerSlot * slot.packetBits * 1e12) / slot.durationPs;

const rounded = (value: number, step: number): number => Math.round(value / step) * step;
