import type { RunProgress } from '../sim/packet-run.ts';

/** A person sees no more, and each message costs both threads time. */
const INTERVAL_MS = 100;

/** Passes on the progress of a run at most every tenth of a second. */
export function nowAndThen(send: (progress: RunProgress) => void): (progress: RunProgress) => void {
  let sentMs = Date.now();
  return (progress) => {
    const nowMs = Date.now();
    if (nowMs - sentMs < INTERVAL_MS) return;
    sentMs = nowMs;
    send(progress);
  };
}
