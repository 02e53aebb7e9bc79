// Records, the chunks that hold them, and the sort of a mailbox (sim/engine/record.ts, batch-sorter.ts).
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <vector>

#include "case.hpp"
#include "packet.hpp"

/** One arrival or local event: 24 bytes. */
struct Record {
  /** Offset in the window << 11 | port or class. */
  std::uint32_t key;
  /** Of a local event, `flow` is its id. */
  Packet packet;
};

/** Slot 0 of a chunk. */
struct ChunkHeader {
  std::int32_t previous, count, unused[4];
};

union Slot {
  Record record;
  ChunkHeader header;
};

constexpr std::int32_t CHUNK_SLOTS = 16;

/** Puts a mailbox into the order (key, id): insertion for small ones, 512 buckets by time with sorted lists for others. */
class BatchSorter {
 public:
  struct Entry {
    std::uint32_t key;
    std::int32_t address;
  };
  std::vector<Entry> sorted;

  explicit BatchSorter(Picoseconds windowPs) {
    const auto keyBits = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(windowPs - 1)) + PORT_BITS);
    shift_ = std::max(0, keyBits - 9);
    heads_.fill(-1);
  }

  std::int32_t gather(const std::vector<Slot>& arena, std::int32_t head) {
    std::int32_t n = 0;
    for (std::int32_t chunk = head; chunk >= 0; chunk = header(arena, chunk).previous) n += header(arena, chunk).count;
    if (static_cast<std::size_t>(n) > sorted.size()) {
      sorted.resize(static_cast<std::size_t>(n) * 2);
      listed_.resize(sorted.size());
    }
    if (n <= INSERTION_LIMIT) insertionSort(arena, head);
    else bucketSort(arena, head);
    return n;
  }

 private:
  static constexpr std::int32_t INSERTION_LIMIT = 24;
  struct Listed {
    Entry entry;
    std::int32_t next;
  };
  std::vector<Listed> listed_;
  std::array<std::int32_t, 512> heads_;
  std::array<std::uint64_t, 8> used_{};
  int shift_;

  Listed& listed(std::int32_t i) { return listed_[static_cast<std::size_t>(i)]; }
  static const ChunkHeader& header(const std::vector<Slot>& arena, std::int32_t chunk) {
    return arena[static_cast<std::size_t>(chunk)].header;
  }
  static const Record& record(const std::vector<Slot>& arena, std::int32_t address) {
    return arena[static_cast<std::size_t>(address)].record;
  }

  static bool isBefore(const std::vector<Slot>& arena, const Entry& a, const Entry& b) {
    if (a.key != b.key) return a.key < b.key;
    return record(arena, a.address).packet.flow < record(arena, b.address).packet.flow;
  }

  template <class Visit>
  static void forEach(const std::vector<Slot>& arena, std::int32_t head, Visit visit) {
    for (std::int32_t chunk = head; chunk >= 0; chunk = header(arena, chunk).previous) {
      const std::int32_t end = chunk + header(arena, chunk).count;
      for (std::int32_t address = chunk + 1; address <= end; address++) visit(Entry{record(arena, address).key, address});
    }
  }

  void insertionSort(const std::vector<Slot>& arena, std::int32_t head) {
    std::size_t n = 0;
    forEach(arena, head, [&](Entry entry) {
      std::size_t j = n++;
      for (; j > 0 && isBefore(arena, entry, sorted[j - 1]); j--) sorted[j] = sorted[j - 1];
      sorted[j] = entry;
    });
  }

  void bucketSort(const std::vector<Slot>& arena, std::int32_t head) {
    std::int32_t n = 0;
    forEach(arena, head, [&](Entry entry) {
      const std::size_t bucket = entry.key >> shift_;
      used_[bucket >> 6] |= std::uint64_t{1} << (bucket & 63);
      std::int32_t* link = &heads_[bucket];
      while (*link >= 0 && !isBefore(arena, entry, listed(*link).entry)) link = &listed(*link).next;
      listed(n) = {entry, *link};
      *link = n++;
    });
    std::size_t m = 0;
    for (std::size_t word = 0; word < used_.size(); word++) {
      for (std::uint64_t bits = used_[word]; bits != 0; bits &= bits - 1) {
        std::int32_t& first = heads_[(word << 6) + static_cast<std::size_t>(std::countr_zero(bits))];
        for (std::int32_t i = first; i >= 0; i = listed(i).next) sorted[m++] = listed(i).entry;
        first = -1;
      }
      used_[word] = 0;
    }
  }
};
