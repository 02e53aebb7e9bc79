import type { CollectiveShape } from '../../sim/base/collective-spec.ts';
import { partOf, upTo } from './blocks.ts';
import type { CollectiveCall } from './collective-call.ts';

/** A contiguous part of the vector, and in how many chunks it travels. */
export interface VectorPart {
  readonly from: number;
  readonly bytes: number;
  readonly chunks: number;
}

/** Runs `emit` for each channel with its part of the vector. */
export function inChannels(
  call: CollectiveCall,
  sizeBytes: number,
  { channels = 1, chunks = 1 }: CollectiveShape,
  emit: (lane: CollectiveCall, part: VectorPart, channel: number) => void,
): void {
  const part = (channel: number): VectorPart => ({ ...partOf({ from: 0, bytes: sizeBytes }, channel, channels), chunks });
  if (channels === 1) {
    emit(call, part(0), 0);
    return;
  }
  call.concurrently(
    upTo(channels).map(() => upTo(call.size)),
    (lane, channel) => emit(lane, part(channel), channel),
  );
}
