import { describe, expect, test } from 'vitest';
import { simulateWireless } from '../../wireless/result.ts';
import { buildCell, runCell } from '../../wireless/run.ts';
import type { SchedulerKind } from '../../sim/base/radio-spec.ts';
import type { SignalId, WirelessScenario } from '../../wireless/scenario.ts';
import { BLOCK_CHANNEL, ONE_LINK } from '../../wireless/validation/defaults.ts';
import { videoCell } from './cell-fixture.ts';

const KINDS: readonly SchedulerKind[] = [
  'fifo',
  'round-robin',
  'strict',
  'edf',
  'max-ci',
  'pf',
  'm-lwdf',
  'exp-pf',
  'exp-rule',
  'log-rule',
  'lwg',
];
const ARCHITECTURE_KINDS = ['layered', 'bottom-up', 'top-down', 'mac-centric', 'integrated'] as const;

/** SNR of all users in every slot. */
function channelOf(scenario: WirelessScenario, meddle: (cell: ReturnType<typeof buildCell>) => void = () => {}): number[] {
  const cell = buildCell(scenario);
  return Array.from({ length: 1000 }, () => {
    cell.step();
    meddle(cell);
    return cell.users.map(({ radio }) => radio.snr);
  }).flat();
}

describe('common random numbers', () => {
  const base = videoCell('layered', 3, 15);
  const channel = channelOf(base);

  test.each(KINDS)('the channel is the same under %s', (kind) => {
    expect(channelOf({ ...base, mac: { ...base.mac, kind } })).toEqual(channel);
  });

  test('the channel is the same under all architectures, and whatever a controller sets while running', () => {
    for (const kind of ARCHITECTURE_KINDS) expect(channelOf(videoCell(kind, 3, 15))).toEqual(channel);
    const meddled = channelOf(base, ({ users, slots }) => {
      for (const { radio, queue } of users) {
        if ('powerCap' in radio) radio.powerCap = slots % 2 === 0 ? 0.5 : 1;
        queue.options.maxAttempts = 1 + (slots % 4);
      }
    });
    expect(meddled).toEqual(channel);
  });

  test('the channel of a user does not depend on how many others there are', () => {
    const alone = channelOf({ ...base, users: base.users.slice(0, 1) });
    expect(alone).toEqual(channel.filter((_, i) => i % 3 === 0));
  });
});

describe('a run', () => {
  test.each(ARCHITECTURE_KINDS)('of %s is the same again, and another at another seed', (kind) => {
    const scenario = { ...videoCell(kind, 2, 12), run: { warmupPs: 1e12, durationPs: 2e12, packets: null } };
    expect(simulateWireless(scenario)).toEqual(simulateWireless(scenario));
    expect(simulateWireless({ ...scenario, seed: 2 })).not.toEqual(simulateWireless(scenario));
  });

  test('settles every packet that arrives, but for those that wait', () => {
    for (const kind of ARCHITECTURE_KINDS) {
      const scenario = { ...videoCell(kind, 3, 8), run: { warmupPs: 0, durationPs: 5e12, packets: null } };
      for (const { arrivedPackets, packets } of runCell(scenario).users) {
        const settled = packets.reduce((sum, n) => sum + n, 0);
        expect(arrivedPackets - settled).toBeGreaterThanOrEqual(0);
        expect(arrivedPackets - settled).toBeLessThanOrEqual(200);
      }
    }
  });

  test('serves what arrives in a slot in the next one at the earliest', () => {
    const scenario: WirelessScenario = {
      ...ONE_LINK,
      users: [
        { ...ONE_LINK.users[0]!, channel: { ...BLOCK_CHANNEL, fading: 'none', snrDb: 30 }, app: { kind: 'bernoulli', probability: 0.3 } },
      ],
      run: { warmupPs: 0, durationPs: 2e12, packets: null },
    };
    const delaysPs = runCell(scenario).users[0]!.delaysPs.trimmed();
    expect(delaysPs.length).toBeGreaterThan(200);
    expect(new Set(delaysPs)).toEqual(new Set([2e9]));
  });

  test('that is stopped says so', () => {
    expect(simulateWireless(videoCell('layered', 1, 15), () => true).finished).toBe(false);
  });
});

describe('architectures', () => {
  const long = (scenario: WirelessScenario): WirelessScenario => ({
    ...scenario,
    run: { warmupPs: 4e12, durationPs: 40e12, packets: null },
  });

  test('the integrated one predicts its quality to within a decibel where slots are independent', () => {
    const scenario = videoCell('integrated', 1, 12);
    const block = scenario.users.map((user) => ({ ...user, channel: { ...user.channel, correlation: 'block' as const } }));
    const { psnr_db, predicted_psnr_db } = simulateWireless(long({ ...scenario, csi: { ...scenario.csi, delaySlots: 0 }, users: block }));
    expect(Math.abs((psnr_db as number) - (predicted_psnr_db as number))).toBeLessThan(1);
  });

  test('the integrated one beats the layered one at medium SNR over a slow channel', () => {
    const quality = (kind: 'layered' | 'integrated'): number => simulateWireless(long(videoCell(kind, 1, 10))).psnr_db as number;
    expect(quality('integrated')).toBeGreaterThan(quality('layered') + 0.5);
  });
});

describe('signals', () => {
  const run = (signals: Parameters<typeof videoCell>[3], snrDb = 6) => simulateWireless(videoCell('integrated', 2, snrDb, signals));

  // At 6 dB not all layers fit, at 13 dB they need unequal protection.
  test.each([
    ...(['snrHat', 'csiCorr', 'perHat', 'linkRate', 'queue', 'trafficClass', 'deadline'] as const).map((id) => [id, 6] as const),
    ['layer', 13],
  ] as const)('%s, switched off, changes what the integrated architecture does', (id: SignalId, snrDb) => {
    const all = run({}, snrDb);
    const without = run({ [id]: { enabled: false } }, snrDb);
    expect({ ...without, signalling_bps: 0 }).not.toEqual({ ...all, signalling_bps: 0 });
    expect(without.signalling_bps as number).toBeLessThan(all.signalling_bps as number);
  });

  test('lossTarget, switched off, leaves the target at 0.01', () => {
    const scenario = videoCell('top-down', 1, 12, { lossTarget: { enabled: false } });
    const strict = (target: number) => ({
      ...scenario,
      users: scenario.users.map((user) => ({ ...user, qos: { ...user.qos, loss: target } })),
    });
    expect(simulateWireless(strict(1e-4))).toEqual(simulateWireless(strict(0.01)));
    const heard = videoCell('top-down', 1, 12);
    const stricter = { ...heard, users: heard.users.map((user) => ({ ...user, qos: { ...user.qos, loss: 1e-4 } })) };
    expect(simulateWireless(stricter)).not.toEqual(simulateWireless(heard));
  });

  test('with airtime of their own take it from the data, and wait in silence', () => {
    const all = run({});
    const dear = run({ queue: { inBand: true, bits: 200_000 } });
    expect(dear.psnr_db as number).toBeLessThan((all.psnr_db as number) - 0.3);
    expect(dear.signalling_bps as number).toBeGreaterThan(all.signalling_bps as number);
  });
});
