// The packet, its fields, and the two generators that touch every packet: the hash of switches and the streams of draws.
#pragma once

#include <cstdint>

/** What travels: five words. Data: `aux` 1 for a retransmission; ACK: the cumulative number. */
struct Packet {
  std::int32_t flow;
  std::int32_t seq;
  /** Destination host << 8 | meta byte. */
  std::uint32_t dstMeta;
  /** Wire bytes << 16 | entropy or path. */
  std::uint32_t sizeEntropy;
  std::int32_t aux;
};

/** What a local event carries in the place of a packet: its id. */
constexpr Packet localEvent(std::uint32_t id) { return {static_cast<std::int32_t>(id), 0, 0, 0, 0}; }

constexpr std::uint32_t TYPE_MASK = 7;
constexpr std::uint32_t DATA = 0;
constexpr std::uint32_t ACK = 1;
/** Congestion experienced, or its echo. */
constexpr std::uint32_t CE = 8;

// A node orders what happens at one instant by port, packets before local events; local events of one class by id.
constexpr std::uint32_t PORT_BITS = 11;
constexpr std::uint32_t PORT_MASK = (1u << PORT_BITS) - 1;
constexpr std::uint32_t FIRST_CLASS = 2040;
constexpr std::uint32_t RETRANSMISSION_TIMER = 2043;
constexpr std::uint32_t OPERATION_READY = 2045;

/** Marsaglia's xorshift32 (13, 17, 5). */
inline std::uint32_t draw(std::uint32_t& state) {
  std::uint32_t x = state;
  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  return state = x;
}

/** murmur3 over (flow, entropy) seeded by the salt; the upper 16 bits scaled to n. */
inline std::uint32_t chooseNextHop(std::uint32_t flow, std::uint32_t entropy, std::uint32_t salt, std::uint32_t n) {
  std::uint32_t h = salt;
  for (std::uint32_t k : {flow, entropy}) {
    k *= 0xcc9e2d51u;
    k = ((k << 15) | (k >> 17)) * 0x1b873593u;
    h ^= k;
    h = ((h << 13) | (h >> 19)) * 5 + 0xe6546b64u;
  }
  h ^= h >> 16;
  h *= 0x85ebca6bu;
  h ^= h >> 13;
  h *= 0xc2b2ae35u;
  h ^= h >> 16;
  return ((h >> 16) * n) >> 16;
}
