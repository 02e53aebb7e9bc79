// The hosts that have more to send when the window ends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "case.hpp"

class DirtyHosts {
 public:
  explicit DirtyHosts(std::size_t nodes) : isMarked_(nodes) {}

  bool empty() const { return hosts_.empty(); }

  void mark(std::uint32_t host) {
    if (isMarked_[host] != 0) return;
    isMarked_[host] = 1;
    hosts_.push_back(host);
  }

  /** Lets each send until the end of the window; those that go on in the next one stay marked. */
  template <class Network>
  void flush(Network& network, Picoseconds endPs) {
    std::size_t kept = 0;
    for (const std::uint32_t host : hosts_) {
      if (network.flush(host, endPs)) hosts_[kept++] = host;
      else isMarked_[host] = 0;
    }
    hosts_.resize(kept);
  }

 private:
  std::vector<std::uint32_t> hosts_;
  std::vector<std::uint8_t> isMarked_;
};
