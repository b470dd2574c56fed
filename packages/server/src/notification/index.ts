import type { Events } from '../kernel/events/events.ts';
import type { RouteDefinition } from '../kernel/http/route.ts';
import type { Jobs } from '../kernel/jobs/jobs.ts';
import { createDelivery } from './deliver-event.job.ts';
import { eraseAttemptsJob } from './erase-attempts.job.ts';
import { eventRoutes } from './event-routes.ts';
import { appendToLog } from './event-store.ts';
import { fanOutEvents } from './fan-out-events.ts';
import { DELIVERY_LIMITS, type DeliveryLimits, type NotificationDeps } from './notification-deps.ts';
import { notificationRoutes } from './routes.ts';

export interface Notification {
  routes: RouteDefinition[];
  /** Before `jobs.start()` and `events.start()`. */
  register(jobs: Jobs, events: Events): void;
  /** Answers the polls that wait; to be called before the HTTP server is closed. */
  stop(): void;
  /** Waits for deliveries that are under way, at most a few seconds; after `events.stop()`. */
  drain(): Promise<void>;
}

type Own = 'stopping';
type Optional = { random?: () => number; limits?: DeliveryLimits };

/** Events for those who poll, and webhooks: the API on both, and delivery of every event to the webhooks that want it. */
export function createNotification(given: Omit<NotificationDeps, Own | keyof Optional> & Optional): Notification {
  const stopping = new AbortController();
  const deps: NotificationDeps = {
    random: Math.random,
    limits: DELIVERY_LIMITS,
    stopping: stopping.signal,
    ...given,
  };
  const delivery = createDelivery(deps);
  return {
    routes: [...eventRoutes(deps), ...notificationRoutes(deps)],
    register(jobs, events) {
      jobs.define(delivery.job);
      jobs.define(eraseAttemptsJob(deps));
      events.subscribe('notification.event-log', '*', (batch, tx) => appendToLog(tx, batch));
      events.subscribe('notification.fan-out', '*', (batch, tx) => fanOutEvents(deps, batch, tx, delivery.deliverNow));
    },
    stop: () => stopping.abort(),
    drain: delivery.drain,
  };
}
