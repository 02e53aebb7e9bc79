import { describe, expect, test } from 'vitest';
import type { Row } from '../../analysis/rows.ts';
import { cellsOf } from '../../sweep/cells.ts';
import { theoryOf } from '../../sweep/wireless-theory.ts';
import type { WirelessScenario } from '../../wireless/scenario.ts';
import { loadText } from '../config/load-text.ts';
import { close, digits } from '../wireless/closed-form.ts';
import { oracleFilesMissing, oracleRows } from '../wireless/oracle-files.ts';

async function theoryOfConfig(config: string): Promise<Readonly<Record<string, Row>>> {
  const { scenario } = cellsOf(await loadText(`kind: wireless\nrun: { duration: 1s }\n${config}`)).at(0);
  return theoryOf(scenario as WirelessScenario);
}

const value = (row: Row | undefined, column: string): number => row![column] as number;

describe('the link that always sends', () => {
  const link = (snr: number, retransmissions: number): Promise<Readonly<Record<string, Row>>> =>
    theoryOfConfig(
      `channel: { fading: nakagami, m: 1, correlation: block, snr: ${snr}dB }\narq: { maxRetransmissions: ${retransmissions} }\nqos: { loss: 0.01 }`,
    );

  test.skipIf(oracleFilesMissing)('has the rates and losses of the table', async () => {
    for (const row of oracleRows('amc_arq.csv').filter((_, i) => i % 10 === 0)) {
      const theory = await link(row['avgSNR_dB'] as number, row['Nr'] as number);
      close(value(theory['amc-arq'], 'spectral_efficiency'), row['spectral_efficiency'] as number);
      close(value(theory['amc-arq'], 'packet_error_rate'), row['avg_PER'] as number);
      close(value(theory['independent-attempts'], 'residual_loss'), row['residual_loss'] as number);
    }
  });

  test('predicts what is left after one attempt, and not after several, which meet slots by different weights', async () => {
    expect((await link(15, 0))['amc-arq']).toHaveProperty('residual_loss');
    expect((await link(15, 1))['amc-arq']).not.toHaveProperty('residual_loss');
  });

  test('fails as often as a report of its age lets it, and nothing is said of what is left after retransmissions', async () => {
    const stale = (retransmissions: string): Promise<Readonly<Record<string, Row>>> =>
      theoryOfConfig(
        `channel: { snr: 15dB, correlation: clarke, doppler: 10Hz }\nphy: { perTarget: 0.01 }\ncsi: { delaySlots: 1 }\narq: ${retransmissions}`,
      );
    const once = await stale('{ kind: none }');
    digits(value(once['outdated'], 'packet_error_rate'), '0.005596094');
    digits(value(once['outdated-uncapped'], 'packet_error_rate'), '0.01383258');
    expect(value(once['outdated'], 'residual_loss')).toBe(value(once['outdated'], 'packet_error_rate'));
    const twice = await stale('{ maxRetransmissions: 1 }');
    digits(value(twice['outdated'], 'packet_error_rate'), '0.005596094');
    expect(twice['outdated']).not.toHaveProperty('residual_loss');
  });

  test('a report without age is the closed form of perfect knowledge', async () => {
    const fresh = await theoryOfConfig(
      'channel: { snr: 15dB, correlation: clarke, doppler: 10Hz }\ncsi: { delaySlots: 0 }\narq: { kind: none }',
    );
    const known = await link(15, 0);
    expect(fresh['outdated']).toEqual(known['amc-arq']);
    expect(fresh).not.toHaveProperty('outdated-uncapped');
  });

  test('has no closed form for packets of another length than that of the tables', async () => {
    const long = (channel: string): Promise<Readonly<Record<string, Row>>> =>
      theoryOfConfig(`slot: { packet: 4320bit }\nchannel: { snr: 15dB, ${channel} }`);
    expect(await long('correlation: block')).toEqual({});
    expect(await long('correlation: clarke')).toEqual({});
  });

  test('says of stale reports nothing where m is broken: the joint law of two of its samples is another one', async () => {
    const stale = (m: number): Promise<Readonly<Record<string, Row>>> =>
      theoryOfConfig(`channel: { fading: nakagami, m: ${m}, snr: 15dB, correlation: clarke, doppler: 30Hz }`);
    expect(await stale(1.5)).toEqual({});
    expect(await stale(2)).toHaveProperty('outdated');
  });
});

describe('the finite queue', () => {
  const queue = (arrivals: number, kind: string, more = ''): Promise<Readonly<Record<string, Row>>> =>
    theoryOfConfig(
      `slot: { packetsPerSlot: 2 }\nphy: { table: TM2Q, rule: B, perTarget: 0.01 }\narq: { kind: none }\nqueue: { packets: 50 }\n` +
        `channel: { snr: 15dB, doppler: 10Hz, correlation: fsmc, fsmc: { kind: ${kind} } }\napp: { kind: poisson, packetsPerSlot: ${arrivals} }\n${more}`,
    );

  test.skipIf(oracleFilesMissing)('loses and delays what the table says, on either chain', async () => {
    for (const row of oracleRows('queue_amc_5mode.csv')) {
      for (const [prefix, kind] of [
        ['WM', 'wm'],
        ['ex', 'exact'],
      ] as const) {
        const theory = (await queue(row['lambda_Tf'] as number, kind))['finite-queue'];
        close(value(theory, 'loss_congestion'), row[`${prefix}_P_drop`] as number);
        close(value(theory, 'packet_loss'), row[`${prefix}_xi`] as number);
        close(value(theory, 'queue_mean_packets'), row[`${prefix}_E_queue`] as number);
        close(value(theory, 'delay_mean_ms'), 2 * (row[`${prefix}_delay_slots`] as number));
      }
    }
  });

  test('says nothing of reports that are late', async () => {
    expect(await queue(1, 'exact', 'csi: { delaySlots: 1 }')).toEqual({});
  });

  test('says nothing of a sender that waits, or that leaves out what would be late', async () => {
    const sender = (arq: string): Promise<Readonly<Record<string, Row>>> =>
      theoryOfConfig(
        `phy: { rule: B }\narq: { kind: none${arq} }\nqos: { delay: 20ms }\n` +
          'channel: { correlation: fsmc }\napp: { kind: poisson, packetsPerSlot: 1 }',
      );
    expect(await sender('')).toHaveProperty('finite-queue');
    expect(await sender(', deadline: true')).toEqual({});
    expect(await sender(', pauseNacks: 1')).toEqual({});
  });
});

describe('a flow over a path', () => {
  const path = (transport: string, more = ''): Promise<Readonly<Record<string, Row>>> =>
    theoryOfConfig(`path: { rate: 5Mbps, delay: 50ms, wirelessLoss: 0.01${more} }\ntransport: ${transport}`);

  test('has at most what its rate control makes of losses on the air', async () => {
    // 164005.06 B/s is what the equation of RFC 5348 gives at p = 0.01; a hundredth of it is lost.
    digits(value((await path('tfrc'))['path-limit'], 'goodput_bps') / 0.99 / 8, '164005.06');
    expect(value((await path('{ kind: tfrc, lossClassifier: eln }'))['path-limit'], 'goodput_bps')).toBeCloseTo(4.95e6, 3);
    // sqrt((1 + .8) / (2 x .2)) over sqrt(1.5 / 1) is sqrt 3.
    const [veno, reno] = [
      value((await path('veno'))['path-limit'], 'goodput_bps'),
      value((await path('reno'))['path-limit'], 'goodput_bps'),
    ];
    expect(veno / reno).toBeCloseTo(Math.sqrt(3), 12);
  });

  test('that crosses the air before the bottleneck can fill all of it', async () => {
    const limit = async (where: string): Promise<number> =>
      value((await path('{ kind: tfrc, lossClassifier: eln }', `, wireless: ${where}`))['path-limit'], 'goodput_bps');
    expect(await limit('last-hop')).toBeCloseTo(4.95e6, 3);
    expect(await limit('backbone')).toBeCloseTo(5e6, 3);
  });

  test('beside another one, or with a classifier that errs, has no such limit', async () => {
    expect(await path('tfrc', ', competingTcp: true')).toEqual({});
    expect(await path('{ kind: tfrc, lossClassifier: zigzag }')).toEqual({});
  });
});
