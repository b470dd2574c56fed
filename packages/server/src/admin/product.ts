/** What an account can subscribe to. */
export const PRODUCTS = [
  'signature',
  'identification',
  'openid',
  // The right to read identity numbers.
  'ssn',
  'sms',
  'merchantsign',
  'validation',
  'text',
  'share',
  'audit',
  'information.aml',
  'information.company',
  'information.credit',
  'information.person',
  'information.lei',
  'information.signroles',
  'information.mobile',
] as const;
export type Product = (typeof PRODUCTS)[number];
