import { createHmac, randomUUID } from 'node:crypto';
import { ExpiringStore } from '../expiring-store.ts';
import type { SePerson } from './se-persons.ts';

export type FailureHint =
  | 'expiredTransaction'
  | 'certificateErr'
  | 'userCancel'
  | 'cancelled'
  | 'startFailed'
  | 'userDeclinedCall'
  | 'transactionRiskBlocked';
type PendingHint = 'outstandingTransaction' | 'started' | 'userSign' | 'userCallConfirm';

export interface OrderRequest {
  kind: 'auth' | 'sign';
  /** In a telephone call: the order is for one known person, and has no tokens. */
  call?: 'user' | 'RP';
  /** Base64 as received. */
  userVisibleData?: string;
  userNonVisibleData?: string;
  /** Twelve digits of the only person who may complete it. */
  personalNumber?: string;
  endUserIp?: string;
  returnUrl?: string;
}

export interface Order extends OrderRequest {
  orderRef: string;
  autoStartToken: string;
  qrStartToken: string;
  qrStartSecret: string;
  createdAtMs: number;
  connectedAtMs?: number;
  person?: SePerson;
  status: 'pending' | 'failed' | 'complete';
  hintCode?: FailureHint | PendingHint;
  completionData?: unknown;
  endedAtMs?: number;
  /** A waiting order expires at this time, whatever happens. */
  expiresAtMs?: number;
  /** The API answers this error instead of a status. */
  apiError?: 'maintenance' | 'internalError';
  wrongCodes: number;
}

/** No phone has begun by then. */
const startSeconds = 30;
/** The person has this long once the phone has begun. */
const signSeconds = 180;
/** How long the result can be collected. */
const completeSeconds = 180;
const failedSeconds = 300;
/** A QR code may be this old when it reaches us: it is read, or copied and pasted, by a person. */
const qrSeconds = 20;

/** Orders of the simulated API and their lives, in memory. */
export class OrderBook {
  readonly #byRef: ExpiringStore<Order>;
  readonly #refOfToken: ExpiringStore<string>;
  readonly #refOfPerson: ExpiringStore<string>;
  readonly #nowMs: () => number;

  constructor(nowMs: () => number = Date.now) {
    this.#nowMs = nowMs;
    this.#byRef = new ExpiringStore(10_000, nowMs);
    this.#refOfToken = new ExpiringStore(20_000, nowMs);
    this.#refOfPerson = new ExpiringStore(10_000, nowMs);
  }

  /** Nothing when an order of the same person was running: that one is ended, and none is made. */
  create(request: OrderRequest): Order | undefined {
    if (request.personalNumber !== undefined) {
      const running = this.ofPerson(request.personalNumber);
      if (running) {
        this.fail(running, 'cancelled');
        return undefined;
      }
    }
    const order: Order = {
      ...request,
      orderRef: randomUUID(),
      autoStartToken: randomUUID(),
      qrStartToken: randomUUID(),
      qrStartSecret: randomUUID(),
      createdAtMs: this.#nowMs(),
      status: 'pending',
      hintCode: request.call === 'RP' ? 'userCallConfirm' : 'outstandingTransaction',
      wrongCodes: 0,
    };
    const lifetimeSeconds = startSeconds + signSeconds + failedSeconds;
    this.#byRef.set(order.orderRef, order, lifetimeSeconds);
    if (!request.call) {
      this.#refOfToken.set(order.autoStartToken, order.orderRef, lifetimeSeconds);
      this.#refOfToken.set(order.qrStartToken, order.orderRef, lifetimeSeconds);
    }
    if (request.personalNumber !== undefined) {
      this.#refOfPerson.set(request.personalNumber, order.orderRef, lifetimeSeconds);
    }
    return order;
  }

  get(orderRef: string): Order | undefined {
    const order = this.#byRef.get(orderRef);
    if (order?.status !== 'pending') return order;
    const now = this.#nowMs();
    if (order.expiresAtMs !== undefined && now >= order.expiresAtMs) this.fail(order, 'expiredTransaction');
    else if (order.connectedAtMs === undefined && now >= order.createdAtMs + startSeconds * 1000) {
      this.fail(order, order.call ? 'expiredTransaction' : 'startFailed');
    } else if (order.connectedAtMs !== undefined && now >= order.connectedAtMs + signSeconds * 1000) {
      this.fail(order, 'expiredTransaction');
    }
    return order;
  }

  /** The person's running order. */
  ofPerson(personalNumber: string): Order | undefined {
    const order = this.get(this.#refOfPerson.get(personalNumber) ?? '');
    return order?.status === 'pending' ? order : undefined;
  }

  /** The running order behind an auto-start token, or behind the text of a fresh QR code. */
  findByCode(code: string): Order | undefined {
    const [word, token, seconds, seal] = code.split('.');
    const order = this.get(this.#refOfToken.get(word === 'bankid' ? (token ?? '') : code) ?? '');
    if (order?.status !== 'pending') return undefined;
    if (code === order.autoStartToken) return order;
    if (token !== order.qrStartToken || !/^\d{1,3}$/.test(seconds ?? '')) return undefined;
    const age = (this.#nowMs() - order.createdAtMs) / 1000 - Number(seconds);
    const expected = createHmac('sha256', order.qrStartSecret).update(seconds!).digest('hex');
    return seal === expected && age > -2 && age < qrSeconds ? order : undefined;
  }

  /** The phone has opened the order. */
  connect(order: Order): void {
    order.connectedAtMs ??= this.#nowMs();
    order.hintCode = 'started';
  }

  /** The person is at the phone. An order of the same person that runs elsewhere is ended. */
  identify(order: Order, person: SePerson): void {
    const running = this.ofPerson(person.personalNumber);
    if (running && running !== order) this.fail(running, 'cancelled');
    this.#refOfPerson.set(person.personalNumber, order.orderRef, signSeconds);
    order.person = person;
    order.hintCode = 'userSign';
  }

  expireIn(order: Order, seconds: number): void {
    order.expiresAtMs = this.#nowMs() + seconds * 1000;
  }

  /** Does nothing when the order has ended meanwhile. */
  complete(order: Order, completionData: unknown): void {
    if (order.status !== 'pending') return;
    order.status = 'complete';
    order.completionData = completionData;
    order.endedAtMs = this.#nowMs();
    delete order.hintCode;
  }

  fail(order: Order, hintCode: FailureHint): void {
    order.status = 'failed';
    order.hintCode = hintCode;
    order.endedAtMs = this.#nowMs();
  }

  /** The order as the API may answer it. An ended one is answered once, and only for a while. */
  collect(orderRef: string): Order | undefined {
    const order = this.get(orderRef);
    if (!order || order.status === 'pending') return order;
    this.#byRef.delete(orderRef);
    const seconds = order.status === 'complete' ? completeSeconds : failedSeconds;
    return this.#nowMs() < order.endedAtMs! + seconds * 1000 ? order : undefined;
  }

  /** Whether there was a running order to cancel. */
  cancel(orderRef: string): boolean {
    const order = this.get(orderRef);
    if (order?.status !== 'pending') return false;
    this.fail(order, 'cancelled');
    this.#byRef.delete(orderRef);
    return true;
  }
}
