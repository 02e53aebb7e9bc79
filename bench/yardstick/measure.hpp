// What both programs have in common: read a case, run it often enough to measure, print one line of JSON.
#pragma once

#include <sys/resource.h>

#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "fabric.hpp"

inline double userSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec) + static_cast<double>(usage.ru_utime.tv_usec) * 1e-6;
}

/** 53 bits over a sequence of whole numbers below 2^53; bench/checksum.mjs computes the same. */
class Checksum {
 public:
  void add(double value) {
    const auto whole = static_cast<std::uint64_t>(value);
    a_ = mix(a_ ^ static_cast<std::uint32_t>(whole));
    b_ = mix(b_ ^ static_cast<std::uint32_t>(whole >> 32) ^ a_);
  }
  std::uint64_t value() const { return static_cast<std::uint64_t>(b_ & 0x1fffffu) << 32 | a_; }

 private:
  std::uint32_t a_ = 1, b_ = 2;

  /** murmur3's finalizer. */
  static std::uint32_t mix(std::uint32_t x) {
    x = (x ^ (x >> 16)) * 0x85ebca6bu;
    x = (x ^ (x >> 13)) * 0xc2b2ae35u;
    return x ^ (x >> 16);
  }
};

/** Of the flow completion times in order, the link loads and the largest queues. */
inline std::uint64_t checksum(const Results& results) {
  Checksum sum;
  for (const Picoseconds ps : results.fctPs) sum.add(static_cast<double>(ps));
  for (const double bytes : results.linkLoadBytes) sum.add(bytes);
  for (const double bytes : results.linkQueueMaxBytes) sum.add(bytes);
  return sum.value();
}

/** `program CASE SECONDS`: repeats the run until its loops took that much user time. */
template <class Engine>
int measure(int argc, char** argv) try {
  if (argc != 3) throw std::runtime_error("usage: program CASE SECONDS");
  const Case c = readCase(argv[1]);
  const double leastSeconds = std::atof(argv[2]);
  std::unique_ptr<Network<Engine>> network;
  double seconds = 0;
  int runs = 0;
  do {
    network.reset();
    network = std::make_unique<Network<Engine>>(c);
    const double before = userSeconds();
    network->engine.run(*network);
    seconds += userSeconds() - before;
    runs++;
  } while (seconds < leastSeconds);
  network->finish();
  const Results& r = network->results;
  std::printf("{\"packetHops\":%" PRId64 ",\"packets\":%" PRId64 ",\"drops\":%" PRId64, r.packetHops, r.packets, r.drops);
  std::printf(",\"ecnMarks\":%" PRId64 ",\"retransmits\":%" PRId64, r.marks, r.retransmits);
  std::printf(",\"reorderMaxPackets\":%d,\"completionPs\":%" PRId64, network->reorderMaxPackets(), r.completionPs);
  std::printf(",\"checksum\":%" PRIu64 ",\"userSeconds\":%.6f}\n", checksum(r), seconds / runs);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
