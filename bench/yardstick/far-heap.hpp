// 4-ary min-heaps of what lies beyond a ring or a wheel.
#pragma once

#include <cstddef>
#include <vector>

#include "case.hpp"

/** Ordered by time alone: equal times are put right by a later sort. */
template <class Value>
struct ByTime {
  static bool isBefore(Picoseconds timeA, const Value&, Picoseconds timeB, const Value&) { return timeA < timeB; }
};

/** Ordered by time, then by value. */
template <class Value>
struct ByTimeAndValue {
  static bool isBefore(Picoseconds timeA, const Value& a, Picoseconds timeB, const Value& b) {
    return timeA != timeB ? timeA < timeB : a < b;
  }
};

template <class Value, class Order = ByTime<Value>>
class FarHeap {
 public:
  bool empty() const { return entries_.empty(); }
  Picoseconds minTimePs() const { return empty() ? NEVER : entries_[0].timePs; }

  /** The first entry comes before (timePs, value); only when not empty. */
  bool isBefore(Picoseconds timePs, const Value& value) const {
    return Order::isBefore(entries_[0].timePs, entries_[0].value, timePs, value);
  }

  void push(Picoseconds timePs, const Value& value) {
    std::size_t i = entries_.size();
    entries_.push_back({timePs, value});
    while (i > 0) {
      const std::size_t parent = (i - 1) >> 2;
      if (!Order::isBefore(timePs, value, entries_[parent].timePs, entries_[parent].value)) break;
      entries_[i] = entries_[parent];
      i = parent;
    }
    entries_[i] = {timePs, value};
  }

  Value pop() {
    const Value first = entries_[0].value;
    const Entry last = entries_.back();
    entries_.pop_back();
    const std::size_t size = entries_.size();
    if (size == 0) return first;
    std::size_t i = 0;
    for (;;) {
      std::size_t child = 4 * i + 1;
      if (child >= size) break;
      const std::size_t end = child + 4 < size ? child + 4 : size;
      for (std::size_t c = child + 1; c < end; c++) {
        if (Order::isBefore(entries_[c].timePs, entries_[c].value, entries_[child].timePs, entries_[child].value)) child = c;
      }
      if (!Order::isBefore(entries_[child].timePs, entries_[child].value, last.timePs, last.value)) break;
      entries_[i] = entries_[child];
      i = child;
    }
    entries_[i] = last;
    return first;
  }

 private:
  struct Entry {
    Picoseconds timePs;
    Value value;
  };
  std::vector<Entry> entries_;
};

template <class Value>
using OrderedFarHeap = FarHeap<Value, ByTimeAndValue<Value>>;
