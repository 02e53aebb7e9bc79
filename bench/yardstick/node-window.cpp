// The yardstick with netsim's own algorithm (sim/engine/): no global queue; time is cut into windows of at most the smallest link delay,
// a hop appends a record to the receiving node's mailbox of the right window, and each window every node with mail sorts it once and
// handles it in one loop.
#include <algorithm>

#include "batch-sorter.hpp"
#include "dirty-hosts.hpp"
#include "far-heap.hpp"
#include "measure.hpp"

class NodeWindow {
 public:
  /** Position of the record in the arena. */
  using Handle = std::int32_t;

  explicit NodeWindow(const Case& c)
      : hosts_(static_cast<std::uint32_t>(c.hosts)), nodes_(static_cast<std::size_t>(c.hosts + c.switches)), windowPs_(c.windowPs),
        inverse_((std::uint64_t{1} << INVERSE_BITS) / static_cast<std::uint64_t>(c.windowPs)), arena_(CHUNK_SLOTS * 256),
        sorter_(c.windowPs), dirty_(nodes_) {
    while (slots_ < MAX_RING_SLOTS && slots_ < c.horizonPs / windowPs_ + 3) slots_ *= 2;
    heads_.assign(static_cast<std::size_t>(slots_) * nodes_, -1);
    activeWords_ = (nodes_ + 63) >> 6;
    active_.assign(static_cast<std::size_t>(slots_) * activeWords_, 0);
  }

  Packet packet(Handle handle) const { return at(handle).record.packet; }
  void mark(Handle handle) { at(handle).record.packet.dstMeta |= CE; }
  void discard(Handle) {}
  void forward(Handle handle, std::uint32_t to, Picoseconds timePs) { emit(at(handle).record.packet, to, timePs); }

  void emit(Packet packet, std::uint32_t to, Picoseconds timePs) {
    const Picoseconds ahead = timePs - startPs_;
    auto windows = static_cast<Picoseconds>((static_cast<std::uint64_t>(ahead) * inverse_) >> INVERSE_BITS);
    Picoseconds offset = ahead - windows * windowPs_;
    if (offset >= windowPs_) {
      // The reciprocal can come out one window low.
      windows++;
      offset -= windowPs_;
    }
    if (windows >= slots_) {
      overflow_.push(timePs, {to, packet});
      return;
    }
    append(windows, to >> PORT_BITS, {static_cast<std::uint32_t>(offset) << PORT_BITS | (to & PORT_MASK), packet});
  }

  void timer(std::uint32_t node, Picoseconds timePs, std::uint32_t eventClass, std::uint32_t id) {
    if (timePs < endPs_) local_.push(timePs, {eventClass, id});
    else if (timePs - startPs_ < slots_ * windowPs_) emit(localEvent(id), node << PORT_BITS | eventClass, timePs);
    else far_.push(timePs, {node << PORT_BITS | eventClass, id});
  }

  void markDirty(std::uint32_t node) { dirty_.mark(node); }

  template <class Network>
  void run(Network& network) {
    for (Picoseconds window = 0;; window++) {
      if (pending_ == 0 && dirty_.empty()) {
        const Picoseconds earliestPs = std::min(far_.minTimePs(), overflow_.minTimePs());
        if (earliestPs == NEVER) break;
        window = std::max(window, earliestPs / windowPs_);
      }
      startPs_ = window * windowPs_;
      endPs_ = startPs_ + windowPs_;
      slot_ = window & (slots_ - 1);
      while (overflow_.minTimePs() < startPs_ + slots_ * windowPs_) {
        const Picoseconds timePs = overflow_.minTimePs();
        const Far packet = overflow_.pop();
        emit(packet.packet, packet.to, timePs);
      }
      while (far_.minTimePs() < endPs_) {
        const Picoseconds timePs = far_.minTimePs();
        const FarTimer timer = far_.pop();
        emit(localEvent(timer.id), timer.to, timePs);
      }
      processWindow(network);
      dirty_.flush(network, endPs_);
    }
  }

 private:
  static constexpr Picoseconds MAX_RING_SLOTS = 512;
  static constexpr int INVERSE_BITS = 40;
  struct Far {
    std::uint32_t to;
    Packet packet;
  };
  struct FarTimer {
    std::uint32_t to, id;
  };
  struct LocalEvent {
    std::uint32_t eventClass, id;
    bool operator<(const LocalEvent& other) const {
      return eventClass != other.eventClass ? eventClass < other.eventClass : id < other.id;
    }
  };

  const std::uint32_t hosts_;
  const std::size_t nodes_;
  const Picoseconds windowPs_;
  const std::uint64_t inverse_;
  Picoseconds slots_ = 4, slot_ = 0;
  Picoseconds startPs_ = 0, endPs_ = 0;
  std::vector<Slot> arena_;
  std::int32_t freeChunk_ = -1;
  std::size_t usedSlots_ = 0;
  /** Mailboxes with records. */
  std::int64_t pending_ = 0;
  std::vector<std::int32_t> heads_;
  std::vector<std::uint64_t> active_;
  std::size_t activeWords_ = 0;
  BatchSorter sorter_;
  FarHeap<FarTimer> far_;
  FarHeap<Far> overflow_;
  /** Events of the node being processed, in this window. */
  OrderedFarHeap<LocalEvent> local_;
  DirtyHosts dirty_;

  Slot& at(std::int32_t address) { return arena_[static_cast<std::size_t>(address)]; }
  const Slot& at(std::int32_t address) const { return arena_[static_cast<std::size_t>(address)]; }

  void append(Picoseconds windows, std::uint32_t node, const Record& record) {
    const auto slot = static_cast<std::size_t>((slot_ + windows) & (slots_ - 1));
    std::int32_t& head = heads_[slot * nodes_ + node];
    if (head < 0) {
      active_[slot * activeWords_ + (node >> 6)] |= std::uint64_t{1} << (node & 63);
      pending_++;
      head = takeChunk(-1);
    } else if (at(head).header.count == CHUNK_SLOTS - 1) {
      head = takeChunk(head);
    }
    at(head + ++at(head).header.count).record = record;
  }

  std::int32_t takeChunk(std::int32_t previous) {
    std::int32_t chunk = freeChunk_;
    if (chunk >= 0) {
      freeChunk_ = at(chunk).header.previous;
    } else {
      chunk = static_cast<std::int32_t>(usedSlots_);
      usedSlots_ += CHUNK_SLOTS;
      if (usedSlots_ > arena_.size()) arena_.resize(arena_.size() * 2);
    }
    at(chunk).header.previous = previous;
    at(chunk).header.count = 0;
    return chunk;
  }

  template <class Network>
  void processWindow(Network& network) {
    const auto slot = static_cast<std::size_t>(slot_);
    for (std::size_t word = 0; word < activeWords_; word++) {
      std::uint64_t bits = active_[slot * activeWords_ + word];
      active_[slot * activeWords_ + word] = 0;
      for (; bits != 0; bits &= bits - 1) {
        const auto node = static_cast<std::uint32_t>((word << 6) + static_cast<std::size_t>(std::countr_zero(bits)));
        std::int32_t& mailbox = heads_[slot * nodes_ + node];
        const std::int32_t head = mailbox;
        mailbox = -1;
        pending_--;
        const std::int32_t count = sorter_.gather(arena_, head);
        if (node < hosts_) processHost(network, node, count);
        else processSwitch(network, node - hosts_, count);
        freeChain(head);
      }
    }
  }

  template <class Network>
  void processSwitch(Network& network, std::uint32_t s, std::int32_t count) {
    for (std::int32_t i = 0; i < count; i++) {
      const auto entry = sorter_.sorted[static_cast<std::size_t>(i)];
      network.switchPacket(s, entry.address, startPs_ + (entry.key >> PORT_BITS));
    }
  }

  template <class Network>
  void processHost(Network& network, std::uint32_t host, std::int32_t count) {
    for (std::int32_t i = 0; i < count;) {
      const auto entry = sorter_.sorted[static_cast<std::size_t>(i)];
      const Picoseconds nowPs = startPs_ + (entry.key >> PORT_BITS);
      const std::uint32_t port = entry.key & PORT_MASK;
      const auto id = static_cast<std::uint32_t>(at(entry.address).record.packet.flow);
      if (!local_.empty() && local_.isBefore(nowPs, {port, id})) {
        processLocal(network, host);
        continue;
      }
      i++;
      if (port < FIRST_CLASS) network.hostPacket(host, entry.address, nowPs);
      else network.hostEvent(host, port, id, nowPs);
    }
    while (!local_.empty()) processLocal(network, host);
    if (network.hasWork(host)) markDirty(host);
  }

  template <class Network>
  void processLocal(Network& network, std::uint32_t host) {
    const Picoseconds nowPs = local_.minTimePs();
    const LocalEvent event = local_.pop();
    network.hostEvent(host, event.eventClass, event.id, nowPs);
  }

  void freeChain(std::int32_t head) {
    std::int32_t last = head;
    while (at(last).header.previous >= 0) last = at(last).header.previous;
    at(last).header.previous = freeChunk_;
    freeChunk_ = head;
  }
};

int main(int argc, char** argv) { return measure<NodeWindow>(argc, argv); }
