import { z } from 'zod';
import { count, flag, integer, quantity, word } from './fields.ts';

export const decibels = (description: string, min: number, max: number, example: string) =>
  quantity('decibels', description, { min, max, example });
export const watts = (description: string, example: string) => quantity('power', description, { min: 0, max: 1e6, example });
export const probability = (description: string) => z.number().min(0).max(1).meta({ description, example: 0.01 });
export const positive = (description: string, example: number) => z.number().positive().meta({ description, example });
const metres = (description: string, example: string) => quantity('distance', description, { min: 1e-3, max: 1e9, example });

const budget = z
  .strictObject({
    distance: metres('From the sender to the receiver; at least 1m.', '100m'),
    exponent: positive('Path loss exponent beyond 1 m.', 3.5).default(3.5),
    carrier: quantity('frequency', 'Carrier frequency.', { min: 1e3, max: 1e15, example: '2GHz' }).prefault('2GHz'),
    bandwidth: quantity('frequency', 'Of the noise.', { min: 1, max: 1e15, example: '1.08MHz' }).prefault('1.08MHz'),
    noiseFigure: decibels('Of the receiver.', 0, 100, '9dB').prefault('9dB'),
    gains: decibels('Antenna gains less other losses.', -300, 300, '0dB').prefault('0dB'),
  })
  .meta({ description: 'The mean SNR by distance and energy.transmit, in place of snr.' });

export const channel = z
  .strictObject({
    snr: decibels('Mean SNR a symbol (Es/N0). Default: 15dB, or from budget.', -100, 100, '15dB').optional(),
    budget: budget.optional(),
    fading: word(['nakagami', 'rayleigh', 'rician', 'none'], 'Law of the SNR.').default('nakagami'),
    m: z.number().min(0.5).max(1000).default(1).meta({ description: 'Nakagami parameter; 1 is Rayleigh.', example: 2 }),
    riceFactor: z
      .number()
      .min(0)
      .max(1e6)
      .default(0)
      .meta({ description: 'Power of the direct path over that of the scattered ones, linear (rician).', example: 4 }),
    doppler: quantity('frequency', 'Largest Doppler shift (clarke, fsmc).', { min: 1e-6, max: 1e6, example: '10Hz' }).prefault('10Hz'),
    correlation: word(
      ['block', 'clarke', 'fsmc', 'gilbert-elliott'],
      'In time. block: a fade of its own each slot; clarke: sum of sinusoids; fsmc: finite-state Markov chain over the modes; gilbert-elliott: two states.',
    ).default('block'),
    sinusoids: count('Of clarke.', 4096, 32).default(32),
    fsmc: z
      .strictObject({
        kind: word(['wm', 'exact'], 'wm: level crossings (Wang and Moayeri); exact: transitions of the fading from slot to slot.').default(
          'wm',
        ),
        onInvalid: word(
          ['refuse', 'exact', 'shorten'],
          'What becomes of a wm chain that is none: an error, exact, or shorter steps.',
        ).default('refuse'),
      })
      .prefault({})
      .meta({ description: 'The finite-state Markov chain.' }),
    gilbertElliott: z
      .strictObject({
        goodToBad: probability('P(good to bad) a slot.').default(0.01),
        badToGood: probability('P(bad to good) a slot.').default(0.1),
        goodSuccess: probability('P(a packet arrives) in the good state.').default(1),
        badSuccess: probability('P(a packet arrives) in the bad state.').default(0),
      })
      .prefault({})
      .meta({ description: 'The two-state channel.' }),
    shadowing: z
      .strictObject({
        sigma: decibels('Standard deviation; 0dB: none.', 0, 40, '8dB').prefault('0dB'),
        correlation: metres('Distance over which the correlation falls to 1/e.', '50m').prefault('50m'),
        speed: quantity('speed', 'Turns time into distance.', { min: 0, max: 1e6, example: '1m/s' }).prefault('0m/s'),
      })
      .prefault({})
      .meta({ description: 'Log-normal shadowing (block, clarke).' }),
  })
  .meta({ description: 'The channel of a user.' });

export const csi = z
  .strictObject({
    estimator: word(['perfect', 'ls', 'lmmse', 'kalman'], 'How pilots are made an estimate of the channel.').default('perfect'),
    pilots: count('Of a slot.', 4096, 1).default(1),
    periodSlots: count('From one report to the next.', 100_000, 1).default(1),
    delaySlots: integer('Slots that a report is late. Default: 1 with channel.correlation clarke, else 0.', 0, 100_000).optional(),
    quantiser: z
      .union([z.enum(['mode', 'none']), z.strictObject({ step: decibels('Step of the reported SNR.', 1e-3, 100, '1dB') })])
      .default('mode')
      .meta({ description: 'mode: a report is the index of a mode; none: the SNR as it is; or a step in dB.' }),
    feedbackError: probability('P(a report is replaced by another mode).').default(0),
    olla: z
      .strictObject({
        on: flag('Whether failures and deliveries move the thresholds.').default(false),
        bler: z.number().gt(0).lt(1).default(0.1).meta({ description: 'Share of failures that is aimed at.', example: 0.1 }),
        up: decibels('Step after a failure.', 1e-3, 100, '1dB').prefault('1dB'),
        clamp: decibels('Largest correction.', 1e-3, 100, '20dB').prefault('20dB'),
      })
      .prefault({})
      .meta({ description: 'Outer-loop link adaptation.' }),
  })
  .meta({ description: 'What the sender knows of the channel (block, clarke).' });
