/**
 * Options of an `LRUCache` that keeps at most so many entries. Unlike `max` it reserves nothing for entries that are not
 * there yet: that took a tenth of a second of each start.
 */
export function atMost(entries: number): { maxSize: number; sizeCalculation: () => number } {
  return { maxSize: entries, sizeCalculation: () => 1 };
}
