import type { RouteDefinition } from '../kernel/http/route.ts';
import { DocumentPath } from './contract/document.ts';
import { EXAMPLES } from './contract/examples.ts';
import { ManualReminder, NotificationLog } from './contract/notifications.ts';
import { listNotifications } from './list-notifications.ts';
import { sendReminder } from './send-reminder.ts';
import type { SignatureDeps } from './signature-deps.ts';

/** The operations of `/signature/documents/{documentId}/notifications`. */
export function notificationRoutes(deps: SignatureDeps): RouteDefinition[] {
  return [
    {
      method: 'GET',
      path: '/signature/documents/{documentId}/notifications',
      operationId: 'Notifications_List',
      summary: 'List the messages of a document',
      description: 'E-mails and SMS, oldest first, and the tries to send them that failed. Sign links are left out.',
      example: EXAMPLES.notifications,
      tags: ['Notifications'],
      scope: 'document_read',
      product: 'signature',
      params: DocumentPath,
      responses: { 200: NotificationLog },
      handle: (context, { params }) => listNotifications(deps, context, params.documentId),
    },
    {
      method: 'POST',
      path: '/signature/documents/{documentId}/notifications/reminder',
      operationId: 'Notifications_SendManualReminder',
      summary: 'Remind signers now',
      description:
        'Reminds everybody whose turn it is, or those of them that are named. A signer is reminded once a minute at most. These reminders do not count as scheduled ones.',
      example: EXAMPLES.reminder,
      tags: ['Notifications'],
      scope: 'document_write',
      product: 'signature',
      params: DocumentPath,
      body: ManualReminder,
      responses: { 200: ManualReminder },
      handle: (context, { params, body }) => sendReminder(deps, context, params.documentId, body),
    },
  ];
}
