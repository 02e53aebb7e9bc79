import { describe, expect, test } from 'vitest';
import {
  geoGeo1,
  waitByPriority,
  waitMD1,
  waitMG1,
  waitMM1,
  waitPersistentArq,
  waitWithVacations,
} from '../../../wireless/oracles/waiting-times.ts';
import { oracleFilesMissing, oracleRows } from '../oracle-files.ts';
import { close, digits } from '../closed-form.ts';

describe('waiting', () => {
  test('priorities keep the sum of load times wait', () => {
    const classes = [0.2, 0.3, 0.2].map((rate) => ({ rate, mean: 1, secondMoment: 1 }));
    const waits = waitByPriority(classes);
    ['0.4375', '0.875', '2.333333'].forEach((shown, k) => digits(waits[k]!, shown));
    const fifo = waitMG1(0.7, 1, 1);
    digits(fifo, '1.166667');
    close(
      classes.reduce((sum, { rate }, k) => sum + rate * waits[k]!, 0),
      0.7 * fifo,
    );
  });

  test('slotted queues, vacations', () => {
    digits(geoGeo1(0.5, 0.8).slots, '1.666667');
    // Vacations of no length change nothing.
    expect(waitWithVacations(0.6, { mean: 1, secondMoment: 1 }, { mean: 1e-9, secondMoment: 1e-18 })).toBeCloseTo(waitMD1(0.6), 8);
  });

  test.skipIf(oracleFilesMissing)('the table of waits', () => {
    for (const row of oracleRows('mg1.csv')) {
      const load = row['rho'] as number;
      close(waitMD1(load), row['Wq_MD1(service=1)'] as number);
      close(waitMM1(load), row['Wq_MM1(service=1)'] as number);
      close(waitPersistentArq(load, 0.1), row['Wq_MG1_geometric_retx_PER0.1(slot=1)'] as number);
    }
  });
});
