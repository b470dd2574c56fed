import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Html } from '../html.ts';
import { readForm, redirect, sendPage, sendText } from '../http-response.ts';
import { createCompletionData } from './completion-data.ts';
import type { FailureHint, Order, OrderBook } from './order-book.ts';
import { type PhoneView, renderEnd, renderOpen, renderOrder } from './phone-pages.ts';
import { findSePerson } from './se-persons.ts';
import type { TestAuthority } from './test-authority.ts';

const maxWrongCodes = 3;

/** Words that a tester types in place of the security code, as the API can tell them. */
const failures: Record<string, FailureHint> = {
  cancel: 'userCancel',
  blocked: 'certificateErr',
  revoked: 'certificateErr',
  expired: 'certificateErr',
  unknown: 'certificateErr',
  risk: 'transactionRiskBlocked',
};

export interface PhoneOptions extends PhoneView {
  ownOrigin: string;
  orders: OrderBook;
  authority: TestAuthority;
  /** How long the word `timeout` keeps a person waiting. */
  waitSeconds: number;
}

/** The person's side of BankID: a page in place of the app on the phone. */
export function createPhone(options: PhoneOptions) {
  const { basePath, orders } = options;

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '', options.ownOrigin);
    const path = url.pathname.slice(basePath.length).replace(/\/$/, '');
    const origin = request.headers.origin;
    if (request.method === 'POST' && origin !== undefined && origin !== options.ownOrigin) {
      return sendText(response, 403, 'from another site');
    }
    if (path === '' && request.method === 'GET') {
      const code = url.searchParams.get('autostarttoken') ?? '';
      const order = orders.findByCode(code);
      if (order) orders.connect(order);
      return sendPage(response, 200, renderOpen(options, { code }));
    }
    if (path === '/open' && request.method === 'POST') return open(await readForm(request), response);
    const orderRef = /^\/order\/([0-9a-f-]{36})$/.exec(path)?.[1];
    if (orderRef === undefined) return sendText(response, 404, 'not found');
    const order = orders.get(orderRef);
    if (order?.status !== 'pending' || !order.person) {
      return sendPage(response, 410, renderEnd(options, 'This order is over'));
    }
    if (request.method === 'GET') return sendPage(response, 200, renderOrder(options, order));
    const value = (await readForm(request))?.get('value')?.trim() ?? '';
    const answer = await enterCode(order, value, request.socket.remoteAddress ?? '');
    return sendPage(response, answer.status, answer.page);
  };

  function open(form: URLSearchParams | undefined, response: ServerResponse): void {
    const code = form?.get('code')?.trim() ?? '';
    const number = form?.get('number')?.replace(/[\s-]/g, '') ?? '';
    const person = findSePerson(number);
    const order = code === '' ? orders.ofPerson(number) : orders.findByCode(code);
    if (person && order) orders.connect(order);
    const isOther = order?.personalNumber !== undefined && order.personalNumber !== number;
    const fault = !person ? 'number' : !order ? 'order' : isOther ? 'other_person' : undefined;
    if (!person || !order || fault) {
      sendPage(response, 422, renderOpen(options, { code, fault }));
      return;
    }
    orders.identify(order, person);
    redirect(response, `${basePath}/order/${order.orderRef}`);
  }

  async function enterCode(order: Order, value: string, ipAddress: string): Promise<{ status: number; page: Html }> {
    const end = (heading: string) => ({ status: 200, page: renderEnd(options, heading, order.returnUrl) });
    if (/^\d{6}$/.test(value)) {
      orders.complete(order, await createCompletionData(order, order.person!, options.authority, ipAddress));
      return end(order.kind === 'sign' ? 'Signed' : 'Identified');
    }
    const failure = failures[value];
    if (failure) {
      orders.fail(order, value === 'cancel' && order.call ? 'userDeclinedCall' : failure);
      return end('The order has ended');
    }
    if (value === 'timeout') {
      orders.expireIn(order, options.waitSeconds);
      return end('Nobody signs');
    }
    if (value === 'down' || value === 'error') {
      order.apiError = value === 'down' ? 'maintenance' : 'internalError';
      return end('The API fails from now on');
    }
    order.wrongCodes++;
    if (order.wrongCodes >= maxWrongCodes) {
      orders.fail(order, 'certificateErr');
      return end('The order has ended');
    }
    return { status: 422, page: renderOrder(options, order, 'code') };
  }
}
