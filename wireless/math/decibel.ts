export const fromDb = (db: number): number => 10 ** (db / 10);
export const toDb = (linear: number): number => 10 * Math.log10(linear);
