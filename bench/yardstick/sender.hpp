// The sending side of all flows: selective repeat with a transmission number a packet (docs/packet-model.md, section 5).
#pragma once

#include "transport.hpp"

class Sender {
 public:
  struct Taken {
    std::int32_t seq, bytes;
    bool again;
  };

  explicit Sender(const Case& c)
      : control_(c), fullBytes_(c.fullBytes), isSprayed_(c.isSprayed), flows_(static_cast<std::size_t>(c.flows)) {
    for (std::size_t i = 0; i < flows_.size(); i++) {
      Flow& f = flows_[i];
      f = {};
      f.highest = -1;
      f.oldestResent = NONE;
      f.slotBase = -1;
      f.packets = c.flowPackets[i];
      f.lastBytes = c.flowLastBytes[i];
    }
  }

  bool isComplete(std::int32_t flow) const { return at(flow).una == at(flow).packets; }

  bool canSend(std::int32_t flow) {
    Flow& f = at(flow);
    std::int32_t seq = f.next;
    if (f.lost > 0) seq = lowestLost(f);
    else if (seq == f.packets || seq - f.una >= RECEIVE_WINDOW_PACKETS) return false;
    return f.inFlight == 0 || f.inFlight + wireBytes(f, seq) <= control_.windowBytes(flow);
  }

  Taken take(std::int32_t flow) {
    Flow& f = at(flow);
    const bool again = f.lost > 0;
    std::int32_t seq = f.next;
    if (again) {
      seq = takeLost(f);
    } else {
      if (f.slotBase < 0 || seq - f.una > f.slotMask) growSlots(f);
      f.next++;
    }
    const std::int32_t bytes = wireBytes(f, seq);
    slot(f, seq) = f.transmissions++;
    f.inFlight += bytes;
    return {seq, bytes, again};
  }

  void onAck(std::int32_t flow, std::int32_t seq, std::int32_t cumulative, bool isMarked) {
    Flow& f = at(flow);
    std::int32_t newly = 0;
    if (seq >= f.una) {
      const std::int32_t packet = slot(f, seq);
      if (packet != ACKNOWLEDGED) {
        f.highest = std::max(f.highest, packet >= 0 ? packet : lostMark(packet));
        newly = acknowledge(f, seq, packet);
      }
    }
    while (f.una < f.next) {
      const std::int32_t packet = slot(f, f.una);
      if (packet != ACKNOWLEDGED) {
        if (f.una >= cumulative) break;
        newly += acknowledge(f, f.una, packet);
      }
      f.una++;
    }
    control_.onAck(flow, newly, isMarked, f.una, f.next);
    detectLoss(f, flow);
  }

  void onTimeout(std::int32_t flow) {
    Flow& f = at(flow);
    for (std::int32_t seq = f.una; seq < f.next; seq++) markLost(f, seq, NONE);
    f.examined = f.next;
    if (f.lost > 0) control_.onTimeout(flow);
  }

  void close(std::int32_t flow) {
    Flow& f = at(flow);
    if (f.slotBase >= 0) slots_.release(f.slotBase, log2Of(f.slotMask + 1));
    f.slotBase = -1;
  }

 private:
  /** The receiver's bitmap. */
  static constexpr std::int32_t RECEIVE_WINDOW_PACKETS = 4096;
  /** Reordering tolerated on one path. */
  static constexpr std::int32_t REORDER_PACKETS = 3;
  /** In a slot: the number of the packet's latest transmission, ACKNOWLEDGED, or the mark of a lost packet. */
  static constexpr std::int32_t ACKNOWLEDGED = -1;
  static constexpr std::int32_t NONE = INT32_MAX;
  static constexpr std::int32_t lostMark(std::int32_t order) { return -2 - order; }

  struct alignas(64) Flow {
    std::int32_t una, next, inFlight, lost, transmissions, highest;
    /** Packets below were looked at for loss. */
    std::int32_t examined;
    /** One above the highest packet that was sent again; the oldest transmission below it; no lost packet is below `lostFrom`. */
    std::int32_t resentEnd, oldestResent, lostFrom;
    std::int32_t slotBase, slotMask, packets, lastBytes;
  };

  CongestionControl control_;
  const std::int32_t fullBytes_;
  const bool isSprayed_;
  std::vector<Flow> flows_;
  Slab slots_;

  Flow& at(std::int32_t flow) { return flows_[static_cast<std::size_t>(flow)]; }
  const Flow& at(std::int32_t flow) const { return flows_[static_cast<std::size_t>(flow)]; }
  std::int32_t wireBytes(const Flow& f, std::int32_t seq) const { return seq == f.packets - 1 ? f.lastBytes : fullBytes_; }
  std::int32_t& slot(const Flow& f, std::int32_t seq) { return slots_.words[static_cast<std::size_t>(f.slotBase + (seq & f.slotMask))]; }

  std::int32_t acknowledge(Flow& f, std::int32_t seq, std::int32_t packet) {
    const std::int32_t bytes = wireBytes(f, seq);
    if (packet >= 0) f.inFlight -= bytes;
    else f.lost--;
    slot(f, seq) = ACKNOWLEDGED;
    return bytes;
  }

  void detectLoss(Flow& f, std::int32_t flow) {
    double tolerated = REORDER_PACKETS;
    if (isSprayed_) tolerated = std::max(tolerated, 1.5 * control_.windowBytes(flow) / fullBytes_);
    const double limitExactly = f.highest - tolerated;
    if (limitExactly < 0) return;
    const auto limit = static_cast<std::int32_t>(limitExactly);
    const std::int32_t lostBefore = f.lost;
    if (f.una < f.resentEnd && f.oldestResent <= limit) examineResent(f, limit);
    // Beyond, transmission numbers rise with packet numbers: stop at the first that is too recent.
    std::int32_t seq = std::max({f.una, f.resentEnd, f.examined});
    while (seq < f.next && slot(f, seq) <= limit) markLost(f, seq++, limit);
    f.examined = seq;
    if (f.lost > lostBefore) control_.onLoss(flow, f.next);
  }

  void markLost(Flow& f, std::int32_t seq, std::int32_t limit) {
    std::int32_t& packet = slot(f, seq);
    if (packet < 0 || packet > limit) return;
    packet = lostMark(packet);
    f.lost++;
    f.lostFrom = std::min(f.lostFrom, seq);
    f.inFlight -= wireBytes(f, seq);
  }

  void examineResent(Flow& f, std::int32_t limit) {
    std::int32_t oldest = NONE;
    for (std::int32_t seq = f.una; seq < f.resentEnd; seq++) {
      markLost(f, seq, limit);
      const std::int32_t packet = slot(f, seq);
      if (packet >= 0) oldest = std::min(oldest, packet);
    }
    f.oldestResent = oldest;
  }

  std::int32_t lowestLost(Flow& f) {
    std::int32_t seq = std::max(f.una, f.lostFrom);
    while (slot(f, seq) >= ACKNOWLEDGED) seq++;
    return f.lostFrom = seq;
  }

  std::int32_t takeLost(Flow& f) {
    const std::int32_t seq = lowestLost(f);
    f.lost--;
    if (seq >= f.resentEnd) extendResent(f, seq);
    if (f.oldestResent == NONE) f.oldestResent = f.transmissions;
    f.lostFrom = seq + 1;
    return seq;
  }

  void extendResent(Flow& f, std::int32_t seq) {
    for (std::int32_t i = std::max(f.resentEnd, f.una); i <= seq; i++) {
      const std::int32_t packet = slot(f, i);
      if (packet >= 0) f.oldestResent = std::min(f.oldestResent, packet);
    }
    f.resentEnd = seq + 1;
  }

  void growSlots(Flow& f) {
    const bool isFirst = f.slotBase < 0;
    const auto wantedLog2 = static_cast<int>(std::bit_width(static_cast<std::uint32_t>(f.packets - 1)));
    const int log2 = isFirst ? std::min(6, wantedLog2) : log2Of(f.slotMask + 1) + 1;
    const std::int32_t base = slots_.take(log2, ACKNOWLEDGED);
    const std::int32_t mask = (1 << log2) - 1;
    if (!isFirst) {
      for (std::int32_t seq = f.una; seq < f.next; seq++) slots_.words[static_cast<std::size_t>(base + (seq & mask))] = slot(f, seq);
      slots_.release(f.slotBase, log2Of(f.slotMask + 1));
    }
    f.slotBase = base;
    f.slotMask = mask;
  }
};
