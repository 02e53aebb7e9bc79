import fc from 'fast-check';
import type { FailureCourse, FailureSpec, Fault } from '../../sim/base/failure-spec.ts';

/** Times small enough for a scan of every picosecond. */
export const LAST_PS = 60;

const instant = fc.nat(LAST_PS);
const convergePs = fc.oneof(fc.nat(20), fc.constant(Infinity));

export const downFault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ kind: fc.constant('down' as const), convergePs }),
  fc.record({
    kind: fc.constant('flap' as const),
    downPs: fc.integer({ min: 1, max: 7 }),
    upPs: fc.integer({ min: 1, max: 7 }),
    convergePs,
  }),
);

const anyFault: fc.Arbitrary<Fault> = fc.oneof(
  downFault,
  fc.record({ kind: fc.constant('rate' as const), rateBps: fc.constantFrom(100e9, 399e9) }),
  fc.record({ kind: fc.constant('rate-factor' as const), factor: fc.constantFrom(0.25, 0.5, 1) }),
  fc.record({ kind: fc.constant('loss' as const), probability: fc.constantFrom(0.001, 0.5, 1) }),
  fc.record({ kind: fc.constant('bit-error' as const), probability: fc.constantFrom(1e-12, 1e-4) }),
);

const course = (fault: fc.Arbitrary<Fault>): fc.Arbitrary<FailureCourse> =>
  fc
    .record({
      atPs: instant,
      lengthPs: fc.integer({ min: 1, max: 40 }),
      isForGood: fc.boolean(),
      direction: fc.constantFrom('both' as const, 'up' as const, 'down' as const),
      fault,
    })
    .map(({ atPs, lengthPs, isForGood, direction, fault }) => ({
      atPs,
      untilPs: isForGood && fault.kind !== 'flap' ? Infinity : atPs + lengthPs,
      direction,
      fault,
    }));

/** Failures of some of these links and switches. */
const failuresOf = (names: readonly string[], fault: fc.Arbitrary<Fault>): fc.Arbitrary<FailureSpec[]> =>
  fc
    .array(fc.record({ link: fc.constantFrom(...names), course: course(fault) }), { minLength: 1, maxLength: 5 })
    .map((failures) =>
      failures.map((failure) =>
        failure.link.includes('-') ? failure : { ...failure, course: { ...failure.course, direction: 'both' as const } },
      ),
    );

export const anyFailures = (names: readonly string[]): fc.Arbitrary<FailureSpec[]> => failuresOf(names, anyFault);
export const outages = (names: readonly string[]): fc.Arbitrary<FailureSpec[]> => failuresOf(names, downFault);

/** Whether a failure takes its links down at `t`: the definition of the specification, word by word. */
export function takesDownAt({ atPs, untilPs, fault }: FailureCourse, t: number): boolean {
  if (t < atPs || t >= untilPs) return false;
  if (fault.kind === 'down') return true;
  return fault.kind === 'flap' && (t - atPs) % (fault.downPs + fault.upPs) < fault.downPs;
}
