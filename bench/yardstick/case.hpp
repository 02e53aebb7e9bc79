// One case of the yardstick: everything the simulator planned, as the bench wrote it (bench/yardstick-case.ts). The order of the
// fields is that of the file. Nothing is planned or derived here.
#pragma once

#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

/** Picoseconds; whole numbers. */
using Picoseconds = std::int64_t;

/** What the file has for "infinite", such as the retransmission timeout of a run that loses nothing. */
constexpr Picoseconds NEVER = INT64_MAX / 4;

struct Case {
  std::int32_t hosts, switches, tors, links, flows, messages, phases, fabricLinks;
  std::int32_t fullBytes, ackBytes, headerBytes;
  bool isDctcp, isSprayed, isPinned;
  Picoseconds windowPs, horizonPs, rtoPs;
  double g, initialWindowBytes, minWindowBytes;

  // Links. limitPs, markLowPs, markHighPs: serialisation times of the byte limits of the output port, not rounded.
  std::vector<double> linkRateBps, linkDelayPs, linkLimitPs, linkMarkLowPs, linkMarkHighPs;
  /** Node << 11 | input port at the other end. */
  std::vector<std::int32_t> linkDestination;
  /** Switch whose stream decides on marks. */
  std::vector<std::int32_t> linkSwitch;
  /** Position among the fabric links, or -1. */
  std::vector<std::int32_t> linkFabricIndex;

  // Hosts.
  std::vector<std::int32_t> uplinkOfHost, linkToHost, torOfHost;
  /** Flows of host h are hostFirstFlow[h] .. hostFirstFlow[h + 1]. */
  std::vector<std::int32_t> hostFirstFlow;

  // Switches: sets of next hops (switch * tors + tor), salts, and the output link of a pinned path.
  std::vector<std::int32_t> salts, setOf, setOffset, setLink;
  std::vector<std::int32_t> pinBase, pinLink, pinIndexOfPath, pathReverse;

  // Flows.
  std::vector<std::int32_t> flowSource, flowDestination, flowPackets, flowLastBytes, flowPath, flowMessage, flowPhase;

  // Messages, in the order of their sends; all are posted at 0.
  std::vector<std::int32_t> messageHost, messageFirstFlow, messageFlows;

  // States of the random streams (xorshift32).
  std::vector<std::int32_t> markStreams, entropyStreams;

  /** Entries of one switch in pinLink, and of one switch in pinIndexOfPath. */
  std::int32_t pinLinks, pathIds;
};

/** Reads arrays of the file one after the other: a count (int32) and a code of the type (int32), then the values. */
class CaseReader {
 public:
  explicit CaseReader(const std::string& path) : file_(std::fopen(path.c_str(), "rb")) {
    if (file_ == nullptr) throw std::runtime_error("cannot open " + path);
  }
  ~CaseReader() { std::fclose(file_); }
  CaseReader(const CaseReader&) = delete;
  CaseReader& operator=(const CaseReader&) = delete;

  std::vector<std::int32_t> integers() { return read<std::int32_t>(4); }
  std::vector<double> doubles() { return read<double>(8); }

 private:
  std::FILE* file_;

  template <class Value>
  std::vector<Value> read(std::int32_t code) {
    std::int32_t head[2];
    fill(head, sizeof head);
    if (head[1] != code) throw std::runtime_error("the case has another array here");
    std::vector<Value> values(static_cast<std::size_t>(head[0]));
    fill(values.data(), values.size() * sizeof(Value));
    return values;
  }

  void fill(void* into, std::size_t bytes) {
    if (std::fread(into, 1, bytes, file_) != bytes) throw std::runtime_error("the case ends early");
  }
};

inline Case readCase(const std::string& path) {
  CaseReader in(path);
  Case c;
  const auto counts = in.integers();
  c.hosts = counts.at(0);
  c.switches = counts.at(1);
  c.tors = counts.at(2);
  c.links = counts.at(3);
  c.flows = counts.at(4);
  c.messages = counts.at(5);
  c.phases = counts.at(6);
  c.fabricLinks = counts.at(7);
  c.fullBytes = counts.at(8);
  c.ackBytes = counts.at(9);
  c.headerBytes = counts.at(10);
  c.isDctcp = counts.at(11) == 1;
  c.isSprayed = counts.at(12) == 1;
  c.isPinned = counts.at(13) == 1;
  c.pinLinks = counts.at(14);
  c.pathIds = counts.at(15);
  const auto amounts = in.doubles();
  const auto time = [](double ps) { return ps < static_cast<double>(NEVER) ? static_cast<Picoseconds>(ps) : NEVER; };
  c.windowPs = time(amounts.at(0));
  c.horizonPs = time(amounts.at(1));
  c.rtoPs = time(amounts.at(2));
  c.g = amounts.at(3);
  c.initialWindowBytes = amounts.at(4);
  c.minWindowBytes = amounts.at(5);
  c.linkRateBps = in.doubles();
  c.linkDelayPs = in.doubles();
  c.linkLimitPs = in.doubles();
  c.linkMarkLowPs = in.doubles();
  c.linkMarkHighPs = in.doubles();
  c.linkDestination = in.integers();
  c.linkSwitch = in.integers();
  c.linkFabricIndex = in.integers();
  c.uplinkOfHost = in.integers();
  c.linkToHost = in.integers();
  c.torOfHost = in.integers();
  c.hostFirstFlow = in.integers();
  c.salts = in.integers();
  c.setOf = in.integers();
  c.setOffset = in.integers();
  c.setLink = in.integers();
  c.pinBase = in.integers();
  c.pinLink = in.integers();
  c.pinIndexOfPath = in.integers();
  c.pathReverse = in.integers();
  c.flowSource = in.integers();
  c.flowDestination = in.integers();
  c.flowPackets = in.integers();
  c.flowLastBytes = in.integers();
  c.flowPath = in.integers();
  c.flowMessage = in.integers();
  c.flowPhase = in.integers();
  c.messageHost = in.integers();
  c.messageFirstFlow = in.integers();
  c.messageFlows = in.integers();
  c.markStreams = in.integers();
  c.entropyStreams = in.integers();
  return c;
}
