/** Mean waiting times of queues with Poisson arrivals of `rate` and service times with mean and second moment given. */

/** Pollaczek and Khinchine. */
export const waitMG1 = (rate: number, meanService: number, secondMoment: number): number =>
  (rate * secondMoment) / (2 * (1 - rate * meanService));

export const waitMD1 = (load: number): number => load / (2 * (1 - load));
export const waitMM1 = (load: number): number => load / (1 - load);

/** A slot a packet, repeated until it arrives: geometric service. */
export const waitPersistentArq = (load: number, per: number): number =>
  waitMG1(load * (1 - per), 1 / (1 - per), (1 + per) / (1 - per) ** 2);

/** A server that takes vacations (with these moments) whenever the queue is empty: the wait without them and half a residual vacation. */
export const waitWithVacations = (
  rate: number,
  service: { readonly mean: number; readonly secondMoment: number },
  vacation: { readonly mean: number; readonly secondMoment: number },
): number => waitMG1(rate, service.mean, service.secondMoment) + vacation.secondMoment / (2 * vacation.mean);

/** Non-preemptive priorities, class 0 first (Cobham 1954). */
export function waitByPriority(
  classes: readonly { readonly rate: number; readonly mean: number; readonly secondMoment: number }[],
): Float64Array {
  const residual = classes.reduce((sum, { rate, secondMoment }) => sum + rate * secondMoment, 0) / 2;
  let before = 0;
  return Float64Array.from(classes, ({ rate, mean }) => {
    const after = before + rate * mean;
    const wait = residual / ((1 - before) * (1 - after));
    before = after;
    return wait;
  });
}

/** Bernoulli arrivals and services a slot, an arrival served in a later slot at the earliest: mean slots in the system, mean number. */
export const geoGeo1 = (arrival: number, service: number): { readonly slots: number; readonly packets: number } => {
  const slots = (1 - arrival) / (service - arrival);
  return { slots, packets: arrival * slots };
};
