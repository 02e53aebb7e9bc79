// Senders, receivers and congestion control of all flows: docs/packet-model.md, sections 5 and 7 (selective repeat; fixed, dctcp).
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "case.hpp"

/** Blocks of int32 words in powers of two: per-packet state of the flows that are open. */
class Slab {
 public:
  std::vector<std::int32_t> words;

  std::int32_t take(int log2, std::int32_t fill) {
    const std::size_t size = std::size_t{1} << log2;
    auto& free = free_[log2];
    std::size_t base = words.size();
    if (free.empty()) {
      words.resize(base + size);
    } else {
      base = static_cast<std::size_t>(free.back());
      free.pop_back();
    }
    std::fill_n(words.begin() + static_cast<std::ptrdiff_t>(base), size, fill);
    return static_cast<std::int32_t>(base);
  }

  void release(std::int32_t base, int log2) { free_[log2].push_back(base); }

 private:
  std::vector<std::int32_t> free_[32];
};

inline int log2Of(std::int32_t powerOfTwo) { return std::countr_zero(static_cast<std::uint32_t>(powerOfTwo)); }

/** DCTCP in its window form (SIGCOMM'10, RFC 8257), or a window without limit that never changes. */
class CongestionControl {
 public:
  explicit CongestionControl(const Case& c)
      : isDctcp_(c.isDctcp), g_(c.g), minBytes_(c.minWindowBytes), fullBytes_(c.fullBytes) {
    if (isDctcp_) flows_.assign(static_cast<std::size_t>(c.flows), {c.initialWindowBytes, c.initialWindowBytes, 1, 0, 0, -1, -1});
  }

  double windowBytes(std::int32_t flow) const {
    return isDctcp_ ? flows_[static_cast<std::size_t>(flow)].windowBytes : std::numeric_limits<double>::infinity();
  }

  void onAck(std::int32_t flow, std::int32_t newlyBytes, bool isMarked, std::int32_t una, std::int32_t next) {
    if (!isDctcp_) return;
    Flow& f = flows_[static_cast<std::size_t>(flow)];
    f.ackedBytes += newlyBytes;
    if (isMarked) f.markedBytes += newlyBytes;
    if (una >= f.observationEnd) endObservation(f, next);
    if (una >= f.cutEnd) f.cutEnd = -1;
    if (f.cutEnd >= 0) return;
    if (isMarked) cut(f, f.windowBytes * (1 - f.alpha / 2), next);
    else if (f.windowBytes < f.slowStartBytes) f.windowBytes += newlyBytes;
    else f.windowBytes += fullBytes_ * newlyBytes / f.windowBytes;
  }

  void onLoss(std::int32_t flow, std::int32_t next) {
    if (!isDctcp_) return;
    Flow& f = flows_[static_cast<std::size_t>(flow)];
    if (f.cutEnd < 0) cut(f, f.windowBytes / 2, next);
  }

  void onTimeout(std::int32_t flow) {
    if (!isDctcp_) return;
    Flow& f = flows_[static_cast<std::size_t>(flow)];
    f.slowStartBytes = std::max(minBytes_, f.windowBytes / 2);
    f.windowBytes = minBytes_;
    f.cutEnd = -1;
  }

 private:
  struct alignas(64) Flow {
    double windowBytes, slowStartBytes, alpha, ackedBytes, markedBytes;
    /** Packets that end the observation and the pause after a cut; -1: none. */
    std::int32_t observationEnd, cutEnd;
  };
  const bool isDctcp_;
  const double g_, minBytes_, fullBytes_;
  std::vector<Flow> flows_;

  void endObservation(Flow& f, std::int32_t next) {
    if (f.observationEnd >= 0) {
      const double fraction = f.ackedBytes > 0 ? f.markedBytes / f.ackedBytes : 0;
      f.alpha = (1 - g_) * f.alpha + g_ * fraction;
      f.ackedBytes = 0;
      f.markedBytes = 0;
    }
    f.observationEnd = next;
  }

  void cut(Flow& f, double toBytes, std::int32_t next) {
    f.windowBytes = std::max(minBytes_, toBytes);
    f.slowStartBytes = f.windowBytes;
    f.cutEnd = next;
  }
};

/** Accepts packets in any order; those above a gap are held in a bitmap. */
class Receiver {
 public:
  std::int32_t reorderMaxPackets = 0;

  explicit Receiver(const Case& c) : flows_(static_cast<std::size_t>(c.flows)) {
    for (std::size_t i = 0; i < flows_.size(); i++) flows_[i] = {0, 0, -1, 0, c.flowPackets[i], {}};
  }

  std::int32_t expected(std::int32_t flow) const { return flows_[static_cast<std::size_t>(flow)].expected; }

  void accept(std::int32_t flow, std::int32_t seq) {
    Flow& f = flows_[static_cast<std::size_t>(flow)];
    if (seq == f.expected) advance(f);
    else if (seq > f.expected) hold(f, seq);
  }

 private:
  struct alignas(32) Flow {
    std::int32_t expected, held, bitBase, bitMask, packets, unused[3];
  };
  std::vector<Flow> flows_;
  Slab bits_;

  void advance(Flow& f) {
    f.expected++;
    while (f.held > 0) {
      std::int32_t& word = bits_.words[static_cast<std::size_t>(f.bitBase + ((f.expected >> 5) & f.bitMask))];
      const std::int32_t bit = 1 << (f.expected & 31);
      if ((word & bit) == 0) break;
      word &= ~bit;
      f.held--;
      f.expected++;
    }
    if (f.expected == f.packets && f.bitBase >= 0) {
      bits_.release(f.bitBase, log2Of(f.bitMask + 1));
      f.bitBase = -1;
    }
  }

  void hold(Flow& f, std::int32_t seq) {
    while (f.bitBase < 0 || (seq >> 5) - (f.expected >> 5) > f.bitMask) grow(f);
    std::int32_t& word = bits_.words[static_cast<std::size_t>(f.bitBase + ((seq >> 5) & f.bitMask))];
    const std::int32_t bit = 1 << (seq & 31);
    if ((word & bit) != 0) return;
    word |= bit;
    reorderMaxPackets = std::max(reorderMaxPackets, ++f.held);
  }

  void grow(Flow& f) {
    const int log2 = f.bitBase < 0 ? 3 : log2Of(f.bitMask + 1) + 1;
    const std::int32_t base = bits_.take(log2, 0);
    const std::int32_t mask = (1 << log2) - 1;
    if (f.bitBase >= 0) {
      auto& words = bits_.words;
      const std::int32_t first = f.expected >> 5;
      for (std::int32_t i = first; i <= first + f.bitMask; i++) {
        words[static_cast<std::size_t>(base + (i & mask))] = words[static_cast<std::size_t>(f.bitBase + (i & f.bitMask))];
      }
      bits_.release(f.bitBase, log2Of(f.bitMask + 1));
    }
    f.bitBase = base;
    f.bitMask = mask;
  }
};
