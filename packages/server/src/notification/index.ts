import type { Events } from '../kernel/events/events.ts';
import type { RouteDefinition } from '../kernel/http/route.ts';
import type { Jobs } from '../kernel/jobs/jobs.ts';
import { deliverEventJob } from './deliver-event.job.ts';
import { eraseAttemptsJob } from './erase-attempts.job.ts';
import { fanOutEvents } from './fan-out-events.ts';
import { DELIVERY_LIMITS, type DeliveryLimits, type NotificationDeps } from './notification-deps.ts';
import { notificationRoutes } from './routes.ts';

export interface Notification {
  routes: RouteDefinition[];
  /** Before `jobs.start()` and `events.start()`. */
  register(jobs: Jobs, events: Events): void;
}

type Optional = { random?: () => number; limits?: DeliveryLimits };

/** Webhooks: the API on them, and delivery of every event to those that want it. */
export function createNotification(given: Omit<NotificationDeps, keyof Optional> & Optional): Notification {
  const deps: NotificationDeps = { random: Math.random, limits: DELIVERY_LIMITS, ...given };
  return {
    routes: notificationRoutes(deps),
    register(jobs, events) {
      jobs.define(deliverEventJob(deps));
      jobs.define(eraseAttemptsJob(deps));
      events.subscribe('notification.fan-out', '*', (batch, tx) => fanOutEvents(deps, batch, tx));
    },
  };
}
