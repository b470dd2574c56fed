import { createHmac } from 'node:crypto';

/**
 * Content of BankID's animated QR code, which is another one each second: nobody can use a picture of it later. The secret
 * stays on the server.
 * @param elapsedMs since the order was made
 */
export function animatedQr(qrStartToken: string, qrStartSecret: string, elapsedMs: number): string {
  const seconds = String(Math.max(0, Math.floor(elapsedMs / 1000)));
  const seal = createHmac('sha256', qrStartSecret).update(seconds).digest('hex');
  return `bankid.${qrStartToken}.${seconds}.${seal}`;
}
