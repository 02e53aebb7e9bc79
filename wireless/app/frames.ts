import { InternalError } from '../../sim/base/errors.ts';

/** Frames of a group of pictures in the order in which they are sent, each with the frames that it is predicted from. */
export interface GroupFrame {
  readonly kind: 'I' | 'P' | 'B';
  /** Place in the order of display, 0 first. */
  readonly shownAt: number;
  /** Frames of the group (by their number in sending order) that must be there for it; -1: the first one of the next group. */
  readonly needs: readonly number[];
}

/**
 * The frames of a group such as IBBPBBPBBPBB. A P frame needs the anchor (I or P) before it, a B frame those on both sides; the anchor
 * after the last B frames is the I frame of the next group, and is not asked for: what is sent later cannot have been lost before.
 */
export function groupFrames(pattern: string): readonly GroupFrame[] {
  const shown = [...pattern].map((kind, shownAt) => {
    if (kind !== 'I' && kind !== 'P' && kind !== 'B') throw new InternalError('E592', `no frame of kind ${kind}`);
    return { kind, shownAt } as const;
  });
  const isAnchor = ({ kind }: { kind: string }): boolean => kind !== 'B';
  // An anchor is sent before the B frames that are shown before it.
  const sent = shown.toSorted((a, b) => sendingPlace(shown, a) - sendingPlace(shown, b));
  const numberOf = (frame: (typeof shown)[number]): number => sent.indexOf(frame);
  return sent.map((frame) => {
    const before = shown.slice(0, frame.shownAt).findLast(isAnchor);
    const after = shown.slice(frame.shownAt + 1).find(isAnchor);
    const needed = frame.kind === 'I' ? [] : frame.kind === 'P' ? [before] : [before, after];
    return { ...frame, needs: needed.filter((other) => other !== undefined).map(numberOf) };
  });
}

/** B frames come just after the anchor that follows them in display. */
function sendingPlace(
  shown: readonly { readonly kind: string; readonly shownAt: number }[],
  frame: { kind: string; shownAt: number },
): number {
  if (frame.kind !== 'B') return frame.shownAt - 0.5 - runBefore(shown, frame.shownAt);
  return frame.shownAt;
}

/** B frames shown just before place `at`. */
function runBefore(shown: readonly { readonly kind: string }[], at: number): number {
  let run = 0;
  while (at - 1 - run >= 0 && shown[at - 1 - run]!.kind === 'B') run++;
  return run;
}
