// What waits at a host's NIC: flows that may send, and control packets.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

#include "packet.hpp"

/** The flows of one host that may send: a bitmap of consecutive flow numbers, with a summary bit a word. */
class FlowRing {
 public:
  std::int32_t count = 0;

  FlowRing(std::int32_t first, std::int32_t flows)
      : first_(first), words_(static_cast<std::size_t>(flows + 31) >> 5), summary_((words_.size() + 31) >> 5) {}

  void add(std::int32_t flow) {
    const auto i = static_cast<std::uint32_t>(flow - first_);
    std::uint32_t& word = words_[i >> 5];
    const std::uint32_t bit = 1u << (i & 31);
    if ((word & bit) != 0) return;
    word |= bit;
    summary_[i >> 10] |= 1u << ((i >> 5) & 31);
    count++;
  }

  void remove(std::int32_t flow) {
    const auto i = static_cast<std::uint32_t>(flow - first_);
    std::uint32_t& word = words_[i >> 5];
    const std::uint32_t bit = 1u << (i & 31);
    if ((word & bit) == 0) return;
    word &= ~bit;
    if (word == 0) summary_[i >> 10] &= ~(1u << ((i >> 5) & 31));
    count--;
  }

  /** First flow in the ring after `flow`, cyclically; only when count > 0. */
  std::int32_t after(std::int32_t flow) const {
    const auto i = static_cast<std::uint32_t>(flow - first_ + 1);
    std::uint32_t word = i >> 5;
    if (word < words_.size()) {
      const std::uint32_t bits = words_[word] & (~0u << (i & 31));
      if (bits != 0) return flowAt(word, bits);
    }
    word++;
    std::uint32_t s = word >> 5;
    if (s < summary_.size()) {
      const std::uint32_t bits = summary_[s] & (~0u << (word & 31));
      if (bits != 0) return firstOf((s << 5) + static_cast<std::uint32_t>(std::countr_zero(bits)));
      s++;
    }
    for (;; s++) {
      if (s >= summary_.size()) s = 0;
      if (summary_[s] != 0) return firstOf((s << 5) + static_cast<std::uint32_t>(std::countr_zero(summary_[s])));
    }
  }

 private:
  std::int32_t first_;
  std::vector<std::uint32_t> words_, summary_;

  std::int32_t firstOf(std::uint32_t word) const { return flowAt(word, words_[word]); }
  std::int32_t flowAt(std::uint32_t word, std::uint32_t bits) const {
    return first_ + static_cast<std::int32_t>((word << 5) + static_cast<std::uint32_t>(std::countr_zero(bits)));
  }
};

/** First-in first-out ring of control packets. */
class ControlQueue {
 public:
  std::uint32_t count = 0;

  void push(const Packet& packet) {
    if (count == packets_.size()) grow();
    packets_[(head_ + count++) & (packets_.size() - 1)] = packet;
  }

  Packet pop() {
    const Packet packet = packets_[head_];
    head_ = (head_ + 1) & static_cast<std::uint32_t>(packets_.size() - 1);
    count--;
    return packet;
  }

 private:
  std::uint32_t head_ = 0;
  std::vector<Packet> packets_ = std::vector<Packet>(16);

  void grow() {
    std::vector<Packet> packets(packets_.size() * 2);
    for (std::uint32_t i = 0; i < count; i++) packets[i] = packets_[(head_ + i) & (packets_.size() - 1)];
    packets_.swap(packets);
    head_ = 0;
  }
};
