import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import type { Database } from '../kernel/db/database.ts';
import { eraseAttemptsJob } from './erase-attempts.job.ts';
import { NotificationUnderTest } from './notification.testing.ts';
import { startWebhookReceiver, type WebhookReceiver } from './webhook-receiver.testing.ts';

const DAY_SECONDS = 86_400;

describeOnEachDatabase('the daily erasure', (openDatabase) => {
  let database: Database;
  let receiver: WebhookReceiver;
  let segl: NotificationUnderTest;

  beforeAll(async () => {
    database = await openDatabase();
  });

  beforeEach(async () => {
    await database.query('delete from webhooks');
    receiver = await startWebhookReceiver();
    segl = new NotificationUnderTest(database);
  });

  afterEach(async () => {
    await receiver.close();
    await segl.close();
  });

  it('erases what is in the delivery log for more than 30 days', async () => {
    const { id } = await segl.createWebhook({ url: receiver.url, deliveryLogging: 'always' });
    await segl.raise({ type: 'document_created' });
    await segl.runJobs();
    segl.advance(30 * DAY_SECONDS);
    await segl.raise({ type: 'document_signed' });
    await segl.runJobs();
    const job = eraseAttemptsJob(segl.deps);
    await job.handle({}, { jobId: 'job', attempt: 1, signal: new AbortController().signal });
    expect((await segl.deliveries(id)).map((entry) => entry.requestBody.type)).toEqual(['document_signed']);
  });
});
