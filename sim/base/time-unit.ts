/** Units of time in files. */
export type TimeUnit = 'ps' | 'ns' | 'us';

export const PS_PER_UNIT: Readonly<Record<TimeUnit, number>> = { ps: 1, ns: 1e3, us: 1e6 };
