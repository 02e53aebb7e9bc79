import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const program = fileURLToPath(new URL('../../bench/garbage.mjs', import.meta.url));

// 16 bytes a packet, one boxed double, are 2 bytes a hop and 17 scavenges of V8's young space here. A few come from what is not a packet:
// rings that grow, timers, code that V8 has not compiled yet.
test.each(['spray', 'ethereal'])('the packet path makes no garbage (%s)', async (balancer) => {
  const { stdout } = await promisify(execFile)(process.execPath, [program, balancer, '64MiB']);
  const { packetHops, collections } = JSON.parse(stdout) as { packetHops: number; collections: number };
  // 4 hops each way, 2 for the four flows that stay in their rack.
  expect(packetHops).toBe(2 ** 14 * (124 * 8 + 4 * 4));
  expect(collections).toBeLessThan(10);
});
