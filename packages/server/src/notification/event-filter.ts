import { commaList, enumList } from '../kernel/http/comma-list.ts';
import { EVENT_TYPES } from './contract/event.ts';
import type { EventFilter } from './event-store.ts';

const DAY_MS = 24 * 3_600_000;
const SHOWN_DAYS = 30;

/** What a query asks for: both filters must match. Throws 400 `enum` for a type that does not exist. */
export function eventFilter(query: { eventType?: string; tags?: string }): EventFilter {
  const types = query.eventType === undefined ? [] : enumList(query.eventType, EVENT_TYPES, 'eventType');
  const tags = query.tags === undefined ? [] : commaList(query.tags);
  return {
    types: types.length > 0 ? types : undefined,
    tags: tags.length > 0 ? tags.map((tag) => tag.toLowerCase()) : undefined,
  };
}

/** Events from before this time are not shown any more, handled or not. */
export function shownSince(now: Date): Date {
  return new Date(now.getTime() - SHOWN_DAYS * DAY_MS);
}
