// Ports, NICs, switches and hosts: docs/packet-model.md, sections 3 to 5. What an event queue must offer a Network:
//
//   Handle                             names a packet that has arrived
//   Packet packet(Handle)              its words
//   void mark(Handle)                  sets its congestion mark
//   void forward(Handle, to, timePs)   it arrives at `to` (node << 11 | port) then
//   void discard(Handle)               it goes no further
//   void emit(Packet, to, timePs)      a new packet arrives at `to` then
//   void timer(node, timePs, eventClass, id)
//   void markDirty(node)               flush(node, end of the window) will be called
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "nic-queues.hpp"
#include "packet.hpp"
#include "sender.hpp"

/** Counters and tables of a run. */
struct Results {
  std::int64_t packetHops = 0, packets = 0, retransmits = 0, drops = 0, marks = 0;
  Picoseconds completionPs = 0;
  /** By message; -1 where it has not ended. */
  std::vector<Picoseconds> fctPs;
  /** Payload of first transmissions on each link, and by phase (phase * fabric links + position of the link) if there are several. */
  std::vector<double> linkLoadBytes, phaseLoadBytes;
  std::vector<double> linkQueueMaxBytes;
};

template <class Engine>
class Network {
 public:
  Engine engine;
  Results results;
  const std::int32_t hosts;

  explicit Network(const Case& c)
      : engine(c), hosts(c.hosts), case_(c), sender_(c), receiver_(c), markStreams_(asUnsigned(c.markStreams)),
        entropyStreams_(asUnsigned(c.entropyStreams)), lastActivityPs_(static_cast<std::size_t>(c.flows)),
        isTimerArmed_(static_cast<std::size_t>(c.flows)), unacknowledged_(c.messageFlows) {
    for (std::size_t link = 0; link < static_cast<std::size_t>(c.links); link++) {
      const double rateBps = c.linkRateBps[link];
      ports_.push_back({0, serialisationPs(c.fullBytes, rateBps), serialisationPs(c.ackBytes, rateBps),
                        static_cast<Picoseconds>(c.linkDelayPs[link]), 0, 0, wholePs(c.linkLimitPs[link]), wholePs(c.linkMarkLowPs[link])});
    }
    for (std::size_t host = 0; host < static_cast<std::size_t>(c.hosts); host++) {
      const std::int32_t first = c.hostFirstFlow[host];
      nics_.push_back({FlowRing(first, c.hostFirstFlow[host + 1] - first), {}, first - 1, static_cast<std::size_t>(c.uplinkOfHost[host])});
    }
    results.fctPs.assign(static_cast<std::size_t>(c.messages), -1);
    results.linkLoadBytes.assign(static_cast<std::size_t>(c.links), 0);
    if (c.phases > 1) results.phaseLoadBytes.assign(static_cast<std::size_t>(c.phases) * static_cast<std::size_t>(c.fabricLinks), 0);
    for (std::int32_t m = 0; m < c.messages; m++) {
      const auto host = static_cast<std::uint32_t>(c.messageHost[static_cast<std::size_t>(m)]);
      engine.timer(host, 0, OPERATION_READY, static_cast<std::uint32_t>(m));
    }
  }

  /** A packet arrives at switch `s`. */
  void switchPacket(std::uint32_t s, typename Engine::Handle handle, Picoseconds nowPs) {
    const Packet packet = engine.packet(handle);
    const std::uint32_t destination = packet.dstMeta >> 8;
    const auto tor = static_cast<std::uint32_t>(case_.torOfHost[destination]);
    std::size_t link;
    if (tor == s) {
      link = static_cast<std::size_t>(case_.linkToHost[destination]);
    } else {
      link = case_.isPinned ? pinnedLink(s, tor, packet) : hashedLink(s, tor, packet);
      if ((packet.dstMeta & TYPE_MASK) == DATA && packet.aux == 0) countLoad(link, packet);
    }
    results.packetHops++;
    enqueue(link, nowPs, handle, packet);
  }

  /** A packet arrives at `host`. */
  void hostPacket(std::uint32_t host, typename Engine::Handle handle, Picoseconds nowPs) {
    const Packet packet = engine.packet(handle);
    engine.discard(handle);
    sync(host, nowPs);
    results.packetHops++;
    if ((packet.dstMeta & TYPE_MASK) == DATA) onData(nics_[host], packet);
    else onAck(nics_[host], packet, nowPs);
    kick(host, nowPs);
  }

  /** A local event of `host`. */
  void hostEvent(std::uint32_t host, std::uint32_t eventClass, std::uint32_t id, Picoseconds nowPs) {
    sync(host, nowPs);
    if (eventClass == OPERATION_READY) post(nics_[host], id);
    else onTimer(host, static_cast<std::int32_t>(id), nowPs);
    kick(host, nowPs);
  }

  bool hasWork(std::uint32_t host) const { return hasWork(nics_[host]); }

  /** Commits what `host` sends before `windowEndPs`; returns whether it has more. */
  bool flush(std::uint32_t host, Picoseconds windowEndPs) {
    Nic& nic = nics_[host];
    while (hasWork(nic)) {
      if (ports_[nic.link].busyPs >= windowEndPs) return true;
      send(host, nic, ports_[nic.link].busyPs);
    }
    return false;
  }

  void finish() {
    for (std::size_t link = 0; link < ports_.size(); link++) {
      const double bytes = static_cast<double>(ports_[link].peakPs) * case_.linkRateBps[link] / 8e12;
      results.linkQueueMaxBytes.push_back(std::floor(bytes + 0.5));
    }
  }

  std::int32_t reorderMaxPackets() const { return receiver_.reorderMaxPackets; }

 private:
  /** An output port; one cache line. */
  struct alignas(64) Port {
    Picoseconds busyPs, fullPs, ackPs, delayPs;
    /** Below this backlog an enqueue changes nothing else. */
    Picoseconds attentionPs;
    Picoseconds peakPs, limitPs, markLowPs;
  };
  struct Nic {
    FlowRing ring;
    ControlQueue control;
    std::int32_t lastServed;
    std::size_t link;
  };

  const Case& case_;
  Sender sender_;
  Receiver receiver_;
  std::vector<Port> ports_;
  std::vector<Nic> nics_;
  std::vector<std::uint32_t> markStreams_, entropyStreams_;
  std::vector<Picoseconds> lastActivityPs_;
  std::vector<std::uint8_t> isTimerArmed_;
  std::vector<std::int32_t> unacknowledged_;

  static std::vector<std::uint32_t> asUnsigned(const std::vector<std::int32_t>& values) { return {values.begin(), values.end()}; }
  static Picoseconds serialisationPs(std::int32_t bytes, double rateBps) {
    return std::max(Picoseconds{1}, static_cast<Picoseconds>(std::floor(bytes * 8e12 / rateBps + 0.5)));
  }
  /** For comparisons of whole times with a threshold that need not be one. */
  static Picoseconds wholePs(double ps) { return ps < static_cast<double>(NEVER) ? static_cast<Picoseconds>(std::floor(ps)) : NEVER; }

  // Switches

  std::size_t hashedLink(std::uint32_t s, std::uint32_t tor, const Packet& packet) const {
    const auto set = static_cast<std::size_t>(case_.setOf[s * static_cast<std::uint32_t>(case_.tors) + tor]);
    const std::int32_t first = case_.setOffset[set];
    const auto count = static_cast<std::uint32_t>(case_.setOffset[set + 1] - first);
    const auto flow = static_cast<std::uint32_t>(packet.flow);
    const auto salt = static_cast<std::uint32_t>(case_.salts[s]);
    const std::uint32_t pick = count == 1 ? 0 : chooseNextHop(flow, packet.sizeEntropy & 0xffff, salt, count);
    return static_cast<std::size_t>(case_.setLink[static_cast<std::size_t>(first) + pick]);
  }

  std::size_t pinnedLink(std::uint32_t s, std::uint32_t tor, const Packet& packet) const {
    const std::size_t path = packet.sizeEntropy & 0xffff;
    const std::int32_t base = case_.pinBase[s * static_cast<std::uint32_t>(case_.tors) + tor];
    const std::int32_t index = case_.pinIndexOfPath[s * static_cast<std::size_t>(case_.pathIds) + path];
    return static_cast<std::size_t>(case_.pinLink[s * static_cast<std::size_t>(case_.pinLinks) + static_cast<std::size_t>(base + index)]);
  }

  void countLoad(std::size_t link, const Packet& packet) {
    const double payload = static_cast<std::int32_t>(packet.sizeEntropy >> 16) - case_.headerBytes;
    results.linkLoadBytes[link] += payload;
    if (results.phaseLoadBytes.empty()) return;
    const auto phase = static_cast<std::size_t>(case_.flowPhase[static_cast<std::size_t>(packet.flow)]);
    const auto index = static_cast<std::size_t>(case_.linkFabricIndex[link]);
    results.phaseLoadBytes[phase * static_cast<std::size_t>(case_.fabricLinks) + index] += payload;
  }

  Picoseconds txPs(std::size_t link, std::int32_t bytes) const {
    if (bytes == case_.fullBytes) return ports_[link].fullPs;
    if (bytes == case_.ackBytes) return ports_[link].ackPs;
    return serialisationPs(bytes, case_.linkRateBps[link]);
  }

  void enqueue(std::size_t link, Picoseconds nowPs, typename Engine::Handle handle, const Packet& packet) {
    Port& port = ports_[link];
    const Picoseconds tx = txPs(link, static_cast<std::int32_t>(packet.sizeEntropy >> 16));
    const Picoseconds endPs = std::max(port.busyPs, nowPs) + tx;
    const Picoseconds aheadPs = endPs - nowPs;
    if (aheadPs > port.attentionPs) {
      if (aheadPs > port.limitPs) {
        results.drops++;
        engine.discard(handle);
        return;
      }
      if (aheadPs - tx > port.markLowPs && (packet.dstMeta & TYPE_MASK) == DATA && isMarked(link, aheadPs - tx)) {
        results.marks++;
        engine.mark(handle);
      }
      if (aheadPs > port.peakPs) {
        port.peakPs = aheadPs;
        port.attentionPs = std::min({aheadPs, port.limitPs, port.markLowPs});
      }
    }
    port.busyPs = endPs;
    engine.forward(handle, static_cast<std::uint32_t>(case_.linkDestination[link]), endPs + port.delayPs);
  }

  bool isMarked(std::size_t link, Picoseconds backlogPs) {
    const double low = case_.linkMarkLowPs[link];
    const double high = case_.linkMarkHighPs[link];
    const auto backlog = static_cast<double>(backlogPs);
    if (backlog > high) return true;
    return draw(markStreams_[static_cast<std::size_t>(case_.linkSwitch[link])]) / 4294967296.0 < (backlog - low) / (high - low);
  }

  // Hosts

  static bool hasWork(const Nic& nic) { return nic.control.count > 0 || nic.ring.count > 0; }

  void sync(std::uint32_t host, Picoseconds nowPs) {
    Nic& nic = nics_[host];
    while (hasWork(nic) && ports_[nic.link].busyPs <= nowPs) send(host, nic, ports_[nic.link].busyPs);
  }

  void kick(std::uint32_t host, Picoseconds nowPs) {
    Nic& nic = nics_[host];
    if (hasWork(nic) && ports_[nic.link].busyPs <= nowPs) send(host, nic, nowPs);
  }

  void send(std::uint32_t host, Nic& nic, Picoseconds startPs) {
    if (nic.control.count > 0) transmit(nic.link, startPs, nic.control.pop());
    else sendData(host, nic, startPs);
  }

  void sendData(std::uint32_t host, Nic& nic, Picoseconds startPs) {
    const std::int32_t flow = nic.ring.after(nic.lastServed);
    const auto f = static_cast<std::size_t>(flow);
    nic.lastServed = flow;
    const Sender::Taken taken = sender_.take(flow);
    if (taken.again) results.retransmits++;
    else results.packets++;
    const std::uint32_t entropy = case_.isSprayed ? draw(entropyStreams_[host]) >> 16 : static_cast<std::uint32_t>(case_.flowPath[f]);
    const std::uint32_t dstMeta = static_cast<std::uint32_t>(case_.flowDestination[f]) << 8 | DATA;
    transmit(nic.link, startPs, {flow, taken.seq, dstMeta, static_cast<std::uint32_t>(taken.bytes) << 16 | entropy, taken.again ? 1 : 0});
    lastActivityPs_[f] = startPs;
    if (isTimerArmed_[f] == 0) {
      isTimerArmed_[f] = 1;
      if (case_.rtoPs < NEVER) engine.timer(host, startPs + case_.rtoPs, RETRANSMISSION_TIMER, static_cast<std::uint32_t>(flow));
    }
    if (!sender_.canSend(flow)) nic.ring.remove(flow);
  }

  void transmit(std::size_t link, Picoseconds startPs, const Packet& packet) {
    Port& port = ports_[link];
    port.busyPs = startPs + txPs(link, static_cast<std::int32_t>(packet.sizeEntropy >> 16));
    engine.emit(packet, static_cast<std::uint32_t>(case_.linkDestination[link]), port.busyPs + port.delayPs);
  }

  void onData(Nic& nic, const Packet& packet) {
    receiver_.accept(packet.flow, packet.seq);
    const std::uint32_t entropy = packet.sizeEntropy & 0xffff;
    const std::uint32_t path = case_.isPinned ? static_cast<std::uint32_t>(case_.pathReverse[entropy]) : entropy;
    const auto source = static_cast<std::uint32_t>(case_.flowSource[static_cast<std::size_t>(packet.flow)]);
    const std::uint32_t sizeEntropy = static_cast<std::uint32_t>(case_.ackBytes) << 16 | path;
    nic.control.push({packet.flow, packet.seq, source << 8 | ACK | (packet.dstMeta & CE), sizeEntropy, receiver_.expected(packet.flow)});
  }

  void onAck(Nic& nic, const Packet& packet, Picoseconds nowPs) {
    const std::int32_t flow = packet.flow;
    if (sender_.isComplete(flow)) return;
    lastActivityPs_[static_cast<std::size_t>(flow)] = nowPs;
    sender_.onAck(flow, packet.seq, packet.aux, (packet.dstMeta & CE) != 0);
    if (sender_.isComplete(flow)) {
      sender_.close(flow);
      completeFlow(flow, nowPs);
    }
    update(nic, flow);
  }

  void update(Nic& nic, std::int32_t flow) {
    if (sender_.canSend(flow)) nic.ring.add(flow);
    else nic.ring.remove(flow);
  }

  void completeFlow(std::int32_t flow, Picoseconds nowPs) {
    const auto message = static_cast<std::size_t>(case_.flowMessage[static_cast<std::size_t>(flow)]);
    if (--unacknowledged_[message] > 0) return;
    results.fctPs[message] = nowPs;
    results.completionPs = std::max(results.completionPs, nowPs);
  }

  void post(Nic& nic, std::uint32_t message) {
    const std::int32_t first = case_.messageFirstFlow[message];
    for (std::int32_t flow = first; flow < first + case_.messageFlows[message]; flow++) update(nic, flow);
  }

  void onTimer(std::uint32_t host, std::int32_t flow, Picoseconds nowPs) {
    if (sender_.isComplete(flow)) return;
    Picoseconds deadlinePs = lastActivityPs_[static_cast<std::size_t>(flow)] + case_.rtoPs;
    if (deadlinePs <= nowPs) {
      sender_.onTimeout(flow);
      update(nics_[host], flow);
      deadlinePs = nowPs + case_.rtoPs;
    }
    engine.timer(host, deadlinePs, RETRANSMISSION_TIMER, static_cast<std::uint32_t>(flow));
  }
};
