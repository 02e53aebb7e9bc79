import type { CollectiveShape } from '../../sim/base/collective-spec.ts';
import { partOf, upTo } from './blocks.ts';
import type { CollectiveCall } from './collective-call.ts';

/** A contiguous part of the vector, and in how many chunks it travels. */
export interface VectorPart {
  readonly from: number;
  readonly bytes: number;
  readonly chunks: number;
}

/**
 * The members in the order of channel c of a ring: in each server the local ranks c, c+1, .. (mod ranksPerServer), so that the channel enters
 * and leaves servers by ranks of its own.
 */
export const channelOrder = (members: number, channel: number, ranksPerServer: number): number[] =>
  upTo(members).map((i) => {
    const local = i % ranksPerServer;
    return i - local + ((local + channel) % ranksPerServer);
  });

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
  call.inChannels(channels, (lane, channel) => emit(lane, part(channel), channel));
}
