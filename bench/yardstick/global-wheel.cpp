// The yardstick with a global event queue, as most simulators have one: a timing wheel of the whole network, one event a hop. A packet
// stays in its place in a pool while it travels; an event is that place, linked into the list of its bucket. A bucket is sorted by (time,
// node, port or class, id) when it is opened, and what lies beyond the wheel waits in a heap.
#include <algorithm>

#include "dirty-hosts.hpp"
#include "far-heap.hpp"
#include "measure.hpp"

class GlobalWheel {
 public:
  /** Place in the pool. */
  using Handle = std::int32_t;

  explicit GlobalWheel(const Case& c) : hosts_(static_cast<std::uint32_t>(c.hosts)), dirty_(static_cast<std::size_t>(c.hosts)) {
    // Some 48 events a host are due within a window of 500 ns at 400 Gb/s (six packets and their ACKs on four links): two to four a bucket.
    const Picoseconds widthPs = std::max<Picoseconds>(1, c.windowPs / BUCKETS_A_HOST / c.hosts);
    shift_ = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(widthPs))) - 1;
    windowTicks_ = std::max<Picoseconds>(1, c.windowPs >> shift_);
    const Picoseconds wantedPs = std::min(c.horizonPs, LARGEST_SPAN_WINDOWS * c.windowPs);
    slots_ = static_cast<Picoseconds>(std::bit_ceil(static_cast<std::uint64_t>((wantedPs >> shift_) + windowTicks_ + 64)));
    heads_.assign(static_cast<std::size_t>(slots_), -1);
    used_.assign(static_cast<std::size_t>(slots_ >> 6), 0);
  }

  Packet packet(Handle handle) const { return at(handle).packet; }
  void mark(Handle handle) { at(handle).packet.dstMeta |= CE; }
  void discard(Handle handle) {
    at(handle).next = free_;
    free_ = handle;
  }

  void forward(Handle handle, std::uint32_t to, Picoseconds timePs) { schedule(handle, to, timePs); }

  void emit(const Packet& packet, std::uint32_t to, Picoseconds timePs) {
    Handle handle = free_;
    if (handle >= 0) {
      free_ = at(handle).next;
    } else {
      handle = static_cast<Handle>(pool_.size());
      pool_.emplace_back();
    }
    at(handle).packet = packet;
    schedule(handle, to, timePs);
  }

  void timer(std::uint32_t node, Picoseconds timePs, std::uint32_t eventClass, std::uint32_t id) {
    const std::uint32_t to = node << PORT_BITS | eventClass;
    if (isInWheel(timePs)) emit(localEvent(id), to, timePs);
    else far_.push(timePs, {to, id});
  }

  void markDirty(std::uint32_t node) { dirty_.mark(node); }

  /** A NIC decides late what to send, so it is asked only once a window for what it starts between two events of its host. */
  template <class Network>
  void run(Network& network) {
    for (;;) {
      if (pending_ == 0 && dirty_.empty()) {
        const Picoseconds earliestPs = far_.minTimePs();
        if (earliestPs == NEVER) return;
        tick_ = std::max(tick_, earliestPs >> shift_);
      }
      const Picoseconds endTick = tick_ + windowTicks_;
      releaseFar();
      while ((tick_ = nextUsed(tick_, endTick)) < endTick) processBucket(network);
      dirty_.flush(network, endTick << shift_);
    }
  }

 private:
  static constexpr Picoseconds BUCKETS_A_HOST = 12;
  /** A fuller bucket, such as that of all flows that start at 0, is sorted otherwise. */
  static constexpr std::int64_t INSERTION_LIMIT = 24;
  static constexpr Picoseconds LARGEST_SPAN_WINDOWS = 32;

  struct Event {
    Picoseconds timePs;
    /** Node << 11 | port or class. */
    std::uint32_t to;
    std::int32_t next;
    /** Of a local event, `flow` is its id. */
    Packet packet;
  };

  /** A packet, which keeps its place in the pool, or a local event, which gets one when it comes near. */
  struct FarEvent {
    std::uint32_t to, handleOrId;
  };

  const std::uint32_t hosts_;
  int shift_;
  Picoseconds windowTicks_, slots_;
  Picoseconds tick_ = 0;
  /** Events in the wheel. */
  std::int64_t pending_ = 0;
  std::vector<Event> pool_;
  Handle free_ = -1;
  std::vector<Handle> heads_;
  std::vector<std::uint64_t> used_;
  /** The bucket being processed, in order; events up to `opened_` are done. */
  std::vector<Handle> open_;
  std::size_t opened_ = 0;
  bool isOpen_ = false;
  FarHeap<FarEvent> far_;
  DirtyHosts dirty_;

  Event& at(Handle handle) { return pool_[static_cast<std::size_t>(handle)]; }
  const Event& at(Handle handle) const { return pool_[static_cast<std::size_t>(handle)]; }

  bool isBefore(Handle a, Handle b) const {
    const Event& x = at(a);
    const Event& y = at(b);
    if (x.timePs != y.timePs) return x.timePs < y.timePs;
    if (x.to != y.to) return x.to < y.to;
    return x.packet.flow < y.packet.flow;
  }

  void schedule(Handle handle, std::uint32_t to, Picoseconds timePs) {
    at(handle).timePs = timePs;
    at(handle).to = to;
    if (isInWheel(timePs)) link(handle);
    else far_.push(timePs, {to, static_cast<std::uint32_t>(handle)});
  }

  bool isInWheel(Picoseconds timePs) const { return (timePs >> shift_) - tick_ < slots_; }

  void releaseFar() {
    while (isInWheel(far_.minTimePs())) {
      const Picoseconds timePs = far_.minTimePs();
      const FarEvent event = far_.pop();
      if ((event.to & PORT_MASK) < FIRST_CLASS) link(static_cast<Handle>(event.handleOrId));
      else emit(localEvent(event.handleOrId), event.to, timePs);
    }
  }

  void link(Handle handle) {
    const Picoseconds tick = at(handle).timePs >> shift_;
    pending_++;
    if (tick == tick_ && isOpen_) {
      insertIntoOpen(handle);
      return;
    }
    const auto slot = static_cast<std::size_t>(tick & (slots_ - 1));
    at(handle).next = heads_[slot];
    heads_[slot] = handle;
    used_[slot >> 6] |= std::uint64_t{1} << (slot & 63);
  }

  void insertIntoOpen(Handle handle) {
    std::size_t i = open_.size();
    open_.push_back(handle);
    for (; i > opened_ && isBefore(handle, open_[i - 1]); i--) open_[i] = open_[i - 1];
    open_[i] = handle;
  }

  /** First tick in [from, end) whose bucket is used, or `end`. */
  Picoseconds nextUsed(Picoseconds from, Picoseconds end) const {
    while (from < end) {
      const auto slot = static_cast<std::size_t>(from & (slots_ - 1));
      const std::uint64_t bits = used_[slot >> 6] >> (slot & 63);
      if (bits != 0) return std::min(end, from + std::countr_zero(bits));
      from += static_cast<Picoseconds>(64 - (slot & 63));
    }
    return end;
  }

  template <class Network>
  void processBucket(Network& network) {
    const auto slot = static_cast<std::size_t>(tick_ & (slots_ - 1));
    open_.clear();
    opened_ = 0;
    isOpen_ = true;
    std::int64_t inserted = 0;
    for (Handle handle = heads_[slot]; handle >= 0; handle = at(handle).next) {
      if (++inserted <= INSERTION_LIMIT) insertIntoOpen(handle);
      else open_.push_back(handle);
    }
    if (inserted > INSERTION_LIMIT) std::sort(open_.begin(), open_.end(), [this](Handle a, Handle b) { return isBefore(a, b); });
    heads_[slot] = -1;
    used_[slot >> 6] &= ~(std::uint64_t{1} << (slot & 63));
    while (opened_ < open_.size()) process(network, open_[opened_++]);
    pending_ -= static_cast<std::int64_t>(open_.size());
    isOpen_ = false;
  }

  template <class Network>
  void process(Network& network, Handle handle) {
    const Event& event = at(handle);
    const Picoseconds nowPs = event.timePs;
    const std::uint32_t node = event.to >> PORT_BITS;
    const std::uint32_t port = event.to & PORT_MASK;
    if (node >= hosts_) {
      network.switchPacket(node - hosts_, handle, nowPs);
      return;
    }
    if (port < FIRST_CLASS) {
      network.hostPacket(node, handle, nowPs);
    } else {
      const auto id = static_cast<std::uint32_t>(event.packet.flow);
      discard(handle);
      network.hostEvent(node, port, id, nowPs);
    }
    if (network.hasWork(node)) markDirty(node);
  }
};

int main(int argc, char** argv) { return measure<GlobalWheel>(argc, argv); }
