/** murmur3's finalizer. */
function mix32(x) {
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) | 0;
}

/**
 * 53 bits over the tables of a run: flow completion times in the order of the Schedule, link loads, largest queues. The yardstick
 * (bench/yardstick/measure.hpp) computes the same from its own run.
 *
 * @param {{ fctPs: Float64Array, linkLoadBytes: Float64Array, linkQueueMaxBytes: Float64Array }} tables whole numbers below 2^53
 * @returns {number}
 */
export function checksum({ fctPs, linkLoadBytes, linkQueueMaxBytes }) {
  let a = 1;
  let b = 2;
  for (const values of [fctPs, linkLoadBytes, linkQueueMaxBytes]) {
    for (const value of values) {
      a = mix32(a ^ (value | 0));
      b = mix32(b ^ Math.floor(value / 2 ** 32) ^ a);
    }
  }
  return (b & 0x1fffff) * 2 ** 32 + (a >>> 0);
}
