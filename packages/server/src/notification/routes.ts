import Type from 'typebox';
import type { RouteDefinition } from '../kernel/http/route.ts';
import { EXAMPLES } from './contract/examples.ts';
import {
  WebhookCreateDto,
  WebhookDeliveryDto,
  WebhookDto,
  WebhookParams,
  WebhookUpdateDto,
} from './contract/webhook.ts';
import { createWebhook } from './create-webhook.ts';
import { deleteWebhook } from './delete-webhook.ts';
import { getWebhook } from './get-webhook.ts';
import { listDeliveries } from './list-deliveries.ts';
import { listWebhooks } from './list-webhooks.ts';
import type { NotificationDeps } from './notification-deps.ts';
import { pingWebhook } from './ping-webhook.ts';
import { updateWebhook } from './update-webhook.ts';

export function notificationRoutes(deps: NotificationDeps): RouteDefinition[] {
  const webhooks = { tags: ['Webhooks'] as [string], scope: 'event' };
  return [
    {
      ...webhooks,
      method: 'GET',
      path: '/notification/webhooks',
      operationId: 'Webhooks_ListWebhooks',
      summary: 'List webhooks',
      description: 'All webhooks of the account and environment, oldest first.',
      example: EXAMPLES.list,
      responses: { 200: Type.Array(WebhookDto) },
      handle: (context) => listWebhooks(deps, context),
    },
    {
      ...webhooks,
      method: 'POST',
      path: '/notification/webhooks',
      operationId: 'Webhooks_CreateWebhook',
      summary: 'Create webhook',
      description: 'A ping is sent to the address at once. The secret is never answered again.',
      example: EXAMPLES.create,
      body: WebhookCreateDto,
      responses: { 201: WebhookDto },
      handle: (context, input) => createWebhook(deps, context, input),
    },
    {
      ...webhooks,
      method: 'GET',
      path: '/notification/webhooks/{id}',
      operationId: 'Webhooks_GetSingleWebhook',
      summary: 'Retrieve webhook',
      description: 'Its secret is masked.',
      example: EXAMPLES.get,
      params: WebhookParams,
      responses: { 200: WebhookDto },
      handle: (context, input) => getWebhook(deps, context, input),
    },
    {
      ...webhooks,
      method: 'PATCH',
      path: '/notification/webhooks/{id}',
      operationId: 'Webhooks_UpdateWebhook',
      summary: 'Update webhook',
      description: 'Only the members that are sent change. A masked secret is kept as it is.',
      example: EXAMPLES.update,
      params: WebhookParams,
      body: WebhookUpdateDto,
      complete: WebhookCreateDto,
      responses: { 200: WebhookDto },
      handle: (context, input) => updateWebhook(deps, context, input),
    },
    {
      ...webhooks,
      method: 'DELETE',
      path: '/notification/webhooks/{id}',
      operationId: 'Webhooks_DeleteWebhook',
      summary: 'Delete webhook',
      description: 'Events that are on their way are not delivered any more.',
      params: WebhookParams,
      responses: { 204: null },
      handle: (context, input) => deleteWebhook(deps, context, input),
    },
    {
      ...webhooks,
      method: 'POST',
      path: '/notification/webhooks/{id}/ping',
      operationId: 'Webhooks_PingWebhook',
      summary: 'Ping webhook',
      description: 'Sends an event of type ping to the address, as a trial.',
      params: WebhookParams,
      responses: { 204: null },
      handle: (context, input) => pingWebhook(deps, context, input),
    },
    {
      ...webhooks,
      method: 'GET',
      path: '/notification/webhooks/{id}/deliveries',
      operationId: 'Webhooks_GetWebhookDeliveries',
      summary: 'List webhook deliveries',
      description: 'Attempts of the last 30 days, newest first, as far as deliveryLogging keeps them.',
      example: EXAMPLES.deliveries,
      params: WebhookParams,
      responses: { 200: Type.Array(WebhookDeliveryDto) },
      handle: (context, input) => listDeliveries(deps, context, input),
    },
  ];
}
