import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { STATUS_CODES, type StatusCodes } from '../http/answer.ts';
import { type BucketSizes, readBucketSizes } from '../http/throttle-sizes.ts';

/**
 * Every setting of the server. Each comes from one environment variable with the prefix `SEGL_`; `SETTINGS` is the
 * table of them, from which the reference in `docs/operations.md` is checked.
 */
export interface Config {
  port: number;
  /** Interface to listen on. */
  host: string;
  /** Base of every absolute link; no trailing slash, default ports left out. */
  publicUrl: string;
  /** Absolute path. */
  dataDir: string;
  /** PostgreSQL connection string; absent: the embedded database in `dataDir`. */
  databaseUrl: string | undefined;
  /** Credentials of the first test client; absent ones are generated once. */
  clientId: string | undefined;
  clientSecret: string | undefined;
  /** CIDR ranges that webhooks may reach although they are not public. */
  outboundAllow: string[];
  /** Reverse proxies whose forwarding headers are believed, as CIDR ranges. */
  trustedProxies: string[];
  throttle: boolean;
  /** Sizes of the buckets that limit requests. */
  throttleLimits: BucketSizes;
  /** Refuses plain http in the test environment too. */
  requireHttps: boolean;
  /** `contract`: 201 and 204 give way to the code that the contract names for the operation. */
  statusCodes: StatusCodes;
  /** Until when a request must have arrived, headers and body, in milliseconds. */
  requestTimeoutMs: number;
  role: 'all' | 'api' | 'worker';
  logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'silent';
  /** 32 bytes, base64; absent: kept in `dataDir/master.key`. */
  masterKey: string | undefined;
  accessTokenAlgorithm: 'RS256' | 'ES256' | 'EdDSA';
  /** Days for which a key signs tokens before the next one takes over. */
  tokenKeyDays: number;
  /** Minutes for which an identification session can be started. */
  identificationMinutes: number;
  /** `all`: every account has every product; `subscription`: what it has subscribed to. */
  products: 'all' | 'subscription';
  /** Whom to ask for a product, as named to an account that lacks it. */
  salesContact: string;
  /** Largest JSON body in bytes. */
  maxBodyBytes: number;
  /** Largest decoded document in bytes. */
  maxDocumentBytes: number;
  /** Threads that prepare and seal files. */
  sealingThreads: number;
  /** LibreOffice's `soffice`; absent: as found on the PATH; `off`: nothing is converted. */
  libreOffice: string | undefined;
  /** `external`: another process of the instance runs them, with the same master key. */
  simulators: 'on' | 'off' | 'external';
  simulatorsPort: number;
  /** Base URL of the eID simulators as a browser reaches them. */
  simulatorsUrl: string;
  /** JSON file of the real eIDs and their credentials. */
  eidsFile: string | undefined;
  /** Base URL under which the trust service is written into certificates; CRL, OCSP and time-stamp clients use http. */
  trustUrl: string;
  /** RFC 3161 service to use instead of the embedded authority. */
  timeStampUrl: string | undefined;
  /** PEM file of the roots that this service's tokens lead to. */
  timeStampCertificateFile: string | undefined;
  /** PEM files of the account seal (key and chain) instead of the embedded one. */
  sealKeyFile: string | undefined;
  sealCertificateFile: string | undefined;
  /** PEM files of the CA that issues one-shot signer certificates instead of the embedded one. */
  signerCaKeyFile: string | undefined;
  signerCaCertificateFile: string | undefined;
  /** What to do while the time-stamp or revocation service fails. */
  timeStampPolicy: 'queue' | 'refuse';
  /** Mail server, with user and password; absent: e-mails are captured. */
  smtpUrl: URL | undefined;
  /** Address that e-mails come from. */
  mailFrom: string | undefined;
  /** How and where SMS are handed over; absent: they are captured. */
  sms: { gateway: 'http' | 'twilio' | 'link_mobility'; url: URL } | undefined;
  /** Sender of SMS whose account names none. */
  smsSender: string | undefined;
  /** Messages of the test environment go out as well. */
  sendInTest: boolean;
}

type Environment = Record<string, string | undefined>;

interface Setting {
  /** One sentence for the reference. */
  meaning: string;
  /** As shown in the reference. */
  defaultText: string;
}

/** The reference: name → meaning and default. A setting that is read but not listed here does not compile. */
export const SETTINGS = {
  SEGL_PORT: { meaning: 'TCP port of API and web apps.', defaultText: '8642' },
  SEGL_HOST: { meaning: 'Address to listen on.', defaultText: '0.0.0.0' },
  SEGL_PUBLIC_URL: { meaning: 'Base URL of all links, as seen from outside.', defaultText: 'http://localhost:<port>' },
  SEGL_DATA_DIR: { meaning: 'Folder of the embedded database, files and keys.', defaultText: './data' },
  SEGL_DATABASE_URL: { meaning: 'PostgreSQL 15+ connection string instead of the embedded database.', defaultText: '' },
  SEGL_CLIENT_ID: { meaning: 'Id of the first test client: t and 32 hex digits.', defaultText: 'generated once' },
  SEGL_CLIENT_SECRET: { meaning: 'Secret of the first test client: 64 hex digits.', defaultText: 'generated once' },
  SEGL_OUTBOUND_ALLOW: {
    meaning: 'CIDR ranges that webhooks may reach although private, over http too.',
    defaultText: '',
  },
  SEGL_TRUSTED_PROXIES: {
    meaning: 'CIDR ranges of reverse proxies whose X-Forwarded headers are believed.',
    defaultText: '',
  },
  SEGL_THROTTLE: { meaning: 'on or off; off is for load tests.', defaultText: 'on' },
  SEGL_THROTTLE_LIMITS: { meaning: 'Changes to the rate limits, such as client=6000/1000,token=60.', defaultText: '' },
  SEGL_REQUEST_TIMEOUT: { meaning: 'Seconds until when a request must have arrived.', defaultText: '60' },
  SEGL_REQUIRE_HTTPS: { meaning: 'on or off: plain http is refused in the test environment too.', defaultText: 'off' },
  SEGL_COMPAT_STATUS_CODES: {
    meaning: 'standard, or contract for the success code that the contract names, mostly 200.',
    defaultText: 'standard',
  },
  SEGL_ROLE: { meaning: 'all, api or worker.', defaultText: 'all' },
  SEGL_LOG_LEVEL: { meaning: 'fatal, error, warn, info, debug or silent.', defaultText: 'info' },
  SEGL_MASTER_KEY: {
    meaning: '32 bytes in base64 that encrypt files, keys and secrets.',
    defaultText: '<data dir>/master.key',
  },
  SEGL_TOKEN_ALGORITHM: { meaning: 'RS256, ES256 or EdDSA for tokens.', defaultText: 'RS256' },
  SEGL_PRODUCTS: {
    meaning: 'all grants every product, subscription what the account subscribed to.',
    defaultText: 'all',
  },
  SEGL_SALES_CONTACT: {
    meaning: 'Whom to ask for a product, named in 402 answers.',
    defaultText: 'the operator of this instance',
  },
  SEGL_TOKEN_KEY_DAYS: { meaning: 'Days after which a new key signs tokens.', defaultText: '90' },
  SEGL_IDENTIFICATION_MINUTES: {
    meaning: 'Minutes for which an identification session can be started.',
    defaultText: '60',
  },
  SEGL_MAX_BODY_BYTES: { meaning: 'Largest JSON request body.', defaultText: '37748736 (36 MiB)' },
  SEGL_MAX_DOCUMENT_BYTES: { meaning: 'Largest decoded document.', defaultText: '26214400 (25 MiB)' },
  SEGL_SEALING_THREADS: { meaning: 'Threads that check, prepare and seal files.', defaultText: '1' },
  SEGL_LIBREOFFICE: {
    meaning: 'Path of LibreOffice (soffice) for conversions to PDF, or off.',
    defaultText: 'soffice on the PATH',
  },
  SEGL_SIMULATORS: {
    meaning: 'on, off, or external when another process of the instance runs them.',
    defaultText: 'on',
  },
  SEGL_SIMULATORS_PORT: { meaning: 'TCP port of the eID simulators.', defaultText: '<port> + 1' },
  SEGL_SIMULATORS_URL: {
    meaning: 'Base URL of the eID simulators for browsers.',
    defaultText: 'host of the public URL',
  },
  SEGL_EIDS_FILE: { meaning: 'JSON file of the real eIDs and their credentials.', defaultText: '' },
  SEGL_TRUST_URL: {
    meaning: 'Base URL written into certificates for CRL and OCSP.',
    defaultText: '<public URL>/trust over http',
  },
  SEGL_TSA_URL: { meaning: 'RFC 3161 time-stamp service instead of the embedded one.', defaultText: '' },
  SEGL_TSA_CERTIFICATE_FILE: { meaning: 'PEM roots that the tokens of that service lead to.', defaultText: '' },
  SEGL_SEAL_KEY_FILE: { meaning: 'PEM key of the seal instead of the embedded one.', defaultText: '' },
  SEGL_SEAL_CERTIFICATE_FILE: { meaning: 'PEM chain of that key, leaf first.', defaultText: '' },
  SEGL_SIGNER_CA_KEY_FILE: { meaning: 'PEM key of the CA for one-shot signer certificates.', defaultText: '' },
  SEGL_SIGNER_CA_CERTIFICATE_FILE: { meaning: 'PEM chain of that CA, CA first.', defaultText: '' },
  SEGL_TIMESTAMP_POLICY: {
    meaning: 'queue or refuse while time-stamps or revocation data are not to be had.',
    defaultText: 'queue',
  },
  SEGL_SMTP_URL: { meaning: 'Mail server: smtps://user:password@host or smtp:// with STARTTLS.', defaultText: '' },
  SEGL_MAIL_FROM: { meaning: 'Address that e-mails come from.', defaultText: 'no-reply@<host of the public URL>' },
  SEGL_SMS_GATEWAY: { meaning: 'http, twilio or link_mobility: how SMS are handed over.', defaultText: '' },
  SEGL_SMS_URL: { meaning: 'Where to: https://user:password@host/path.', defaultText: '' },
  SEGL_SMS_SENDER: { meaning: 'Sender of SMS whose account names none.', defaultText: 'Segl' },
  SEGL_SEND_IN_TEST: { meaning: 'on or off: messages of the test environment go out as well.', defaultText: 'off' },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof SETTINGS;

/** Thrown with one line per mistake, so that an operator sees all of them at once. */
export class ConfigError extends Error {
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    super(
      `The configuration has ${mistakes.length} mistake${mistakes.length === 1 ? '' : 's'}:\n  ${mistakes.join('\n  ')}`,
    );
    this.name = 'ConfigError';
    this.mistakes = mistakes;
  }
}

/** Reads and checks the whole configuration. Throws `ConfigError` naming every mistake. */
export function readConfig(environment: Environment): Config {
  const mistakes: string[] = [];
  const text = (name: SettingName): string | undefined => environment[name]?.trim() || undefined;
  const fail = <T>(name: SettingName, why: string, fallback: T): T => {
    mistakes.push(`${name}: ${why}`);
    return fallback;
  };
  const integer = (name: SettingName, fallback: number, min: number, max: number): number => {
    const value = text(name);
    if (value === undefined) return fallback;
    const number = Number(value);
    return /^\d+$/.test(value) && number >= min && number <= max
      ? number
      : fail(name, `must be a whole number from ${min} to ${max}`, fallback);
  };
  const choice = <T extends string>(name: SettingName, fallback: T, allowed: readonly T[]): T => {
    const value = text(name);
    if (value === undefined) return fallback;
    const found = allowed.find((one) => one.toLowerCase() === value.toLowerCase());
    return found ?? fail(name, `must be one of ${allowed.join(', ')}`, fallback);
  };
  const onOff = (name: SettingName, fallback: 'on' | 'off'): boolean =>
    choice(name, fallback, ['on', 'off'] as const) === 'on';
  const httpUrl = (value: string): URL | undefined => {
    const url = URL.canParse(value) ? new URL(value) : undefined;
    return url && /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.hash ? url : undefined;
  };
  const baseUrl = (name: SettingName, fallback: string): string => {
    const url = httpUrl(text(name) ?? fallback);
    if (!url || url.search) {
      return fail(name, 'must be an http or https URL without user, query or fragment', fallback);
    }
    return url.href.replace(/\/+$/, '');
  };
  /** Somebody else's address: used as it is. */
  const serviceUrl = (name: SettingName): string | undefined => {
    const value = text(name);
    if (value === undefined) return undefined;
    return httpUrl(value)?.href ?? fail(name, 'must be an http or https URL without user or fragment', undefined);
  };
  const pattern = (name: SettingName, shape: RegExp, why: string): string | undefined => {
    const value = text(name);
    return value === undefined || shape.test(value) ? value : fail(name, why, undefined);
  };
  const pair = (key: SettingName, certificate: SettingName): [string | undefined, string | undefined] => {
    const both: [string | undefined, string | undefined] = [text(key), text(certificate)];
    if ((both[0] === undefined) !== (both[1] === undefined))
      mistakes.push(`${key}: needs ${certificate} too, and the other way round`);
    return both;
  };

  for (const name of Object.keys(environment)) {
    if (name.startsWith('SEGL_') && !name.startsWith('SEGL_TEST_') && !(name in SETTINGS)) {
      mistakes.push(`${name}: there is no such setting`);
    }
  }

  const port = integer('SEGL_PORT', 8642, 1, 65_535);
  const publicUrl = baseUrl('SEGL_PUBLIC_URL', `http://localhost:${port}`);
  const simulatorsPort = integer('SEGL_SIMULATORS_PORT', port < 65_535 ? port + 1 : port - 1, 1, 65_535);
  if (simulatorsPort === port) mistakes.push('SEGL_SIMULATORS_PORT: must be another port than SEGL_PORT');
  const hostName = URL.canParse(publicUrl) ? new URL(publicUrl).hostname : 'localhost';
  const databaseUrl = pattern('SEGL_DATABASE_URL', /^postgres(ql)?:\/\//, 'must begin with postgresql://');
  const role = choice('SEGL_ROLE', 'all', ['all', 'api', 'worker'] as const);
  if (role !== 'all' && databaseUrl === undefined) {
    mistakes.push('SEGL_ROLE: api and worker need SEGL_DATABASE_URL, the embedded database belongs to one process');
  }
  const masterKey = text('SEGL_MASTER_KEY');
  if (masterKey !== undefined && !/^[A-Za-z0-9+/]{43}=?$/.test(masterKey)) {
    mistakes.push('SEGL_MASTER_KEY: must be 32 bytes in base64');
  }
  const [sealKeyFile, sealCertificateFile] = pair('SEGL_SEAL_KEY_FILE', 'SEGL_SEAL_CERTIFICATE_FILE');
  const [signerCaKeyFile, signerCaCertificateFile] = pair('SEGL_SIGNER_CA_KEY_FILE', 'SEGL_SIGNER_CA_CERTIFICATE_FILE');
  const ranges = (name: SettingName): string[] => {
    const list = (text(name) ?? '')
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean);
    for (const range of list) {
      if (!isCidr(range)) mistakes.push(`${name}: "${range}" is not a CIDR range such as 10.0.0.0/8`);
    }
    return list;
  };
  const timeStampUrl = serviceUrl('SEGL_TSA_URL');
  if (timeStampUrl !== undefined && text('SEGL_TSA_CERTIFICATE_FILE') === undefined) {
    mistakes.push('SEGL_TSA_URL: needs SEGL_TSA_CERTIFICATE_FILE too, the roots that its tokens lead to');
  }

  const secretUrl = (name: SettingName, schemes: RegExp, why: string): URL | undefined => {
    const value = text(name);
    if (value === undefined) return undefined;
    const url = URL.canParse(value) ? new URL(value) : undefined;
    return url && schemes.test(url.protocol) && url.hostname && !url.hash ? url : fail(name, why, undefined);
  };
  const smsGateway = text('SEGL_SMS_GATEWAY')
    ? choice('SEGL_SMS_GATEWAY', 'http', ['http', 'twilio', 'link_mobility'] as const)
    : undefined;
  const smsUrl = secretUrl('SEGL_SMS_URL', /^https?:$/, 'must be an https URL, user and password in it');
  if ((smsGateway === undefined) !== (smsUrl === undefined)) {
    mistakes.push('SEGL_SMS_GATEWAY: needs SEGL_SMS_URL too, and the other way round');
  }

  const limits = readBucketSizes(text('SEGL_THROTTLE_LIMITS') ?? '');
  mistakes.push(...limits.mistakes.map((mistake) => `SEGL_THROTTLE_LIMITS: ${mistake}`));

  const config: Config = {
    port,
    host: text('SEGL_HOST') ?? '0.0.0.0',
    publicUrl,
    dataDir: resolve(text('SEGL_DATA_DIR') ?? './data'),
    databaseUrl,
    clientId: pattern('SEGL_CLIENT_ID', /^t[0-9a-f]{32}$/, 'must be t and 32 lower-case hex digits'),
    clientSecret: pattern('SEGL_CLIENT_SECRET', /^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits'),
    outboundAllow: ranges('SEGL_OUTBOUND_ALLOW'),
    trustedProxies: ranges('SEGL_TRUSTED_PROXIES'),
    throttle: onOff('SEGL_THROTTLE', 'on'),
    throttleLimits: limits.sizes,
    requireHttps: onOff('SEGL_REQUIRE_HTTPS', 'off'),
    statusCodes: choice('SEGL_COMPAT_STATUS_CODES', 'standard', STATUS_CODES),
    requestTimeoutMs: integer('SEGL_REQUEST_TIMEOUT', 60, 1, 3600) * 1000,
    role,
    logLevel: choice('SEGL_LOG_LEVEL', 'info', ['fatal', 'error', 'warn', 'info', 'debug', 'silent'] as const),
    masterKey,
    accessTokenAlgorithm: choice('SEGL_TOKEN_ALGORITHM', 'RS256', ['RS256', 'ES256', 'EdDSA'] as const),
    products: choice('SEGL_PRODUCTS', 'all', ['all', 'subscription'] as const),
    salesContact: text('SEGL_SALES_CONTACT') ?? SETTINGS.SEGL_SALES_CONTACT.defaultText,
    tokenKeyDays: integer('SEGL_TOKEN_KEY_DAYS', 90, 2, 3650),
    identificationMinutes: integer('SEGL_IDENTIFICATION_MINUTES', 60, 5, 1440),
    maxBodyBytes: integer('SEGL_MAX_BODY_BYTES', 36 * 1024 * 1024, 1024, 1024 ** 3),
    maxDocumentBytes: integer('SEGL_MAX_DOCUMENT_BYTES', 25 * 1024 * 1024, 1024, 512 * 1024 ** 2),
    sealingThreads: integer('SEGL_SEALING_THREADS', 1, 1, 64),
    libreOffice: text('SEGL_LIBREOFFICE'),
    simulators: choice('SEGL_SIMULATORS', 'on', ['on', 'off', 'external'] as const),
    simulatorsPort,
    simulatorsUrl: baseUrl('SEGL_SIMULATORS_URL', `http://${hostName}:${simulatorsPort}`),
    eidsFile: text('SEGL_EIDS_FILE'),
    trustUrl: baseUrl('SEGL_TRUST_URL', `${publicUrl.replace(/^https:/, 'http:')}/trust`),
    timeStampUrl,
    timeStampCertificateFile: text('SEGL_TSA_CERTIFICATE_FILE'),
    sealKeyFile,
    sealCertificateFile,
    signerCaKeyFile,
    signerCaCertificateFile,
    timeStampPolicy: choice('SEGL_TIMESTAMP_POLICY', 'queue', ['queue', 'refuse'] as const),
    smtpUrl: secretUrl('SEGL_SMTP_URL', /^smtps?:$/, 'must begin with smtps:// or smtp:// and name a host'),
    mailFrom: pattern('SEGL_MAIL_FROM', /^[^\s@<>"(),;:]+@[^\s@<>"(),;:]+$/, 'must be an e-mail address'),
    sms: smsGateway && smsUrl && { gateway: smsGateway, url: smsUrl },
    smsSender: pattern(
      'SEGL_SMS_SENDER',
      /^([A-Za-z0-9 ]{1,11}|\+?\d{3,15}|MG[0-9a-f]{32})$/,
      'must be at most 11 letters and digits, or a number',
    ),
    sendInTest: onOff('SEGL_SEND_IN_TEST', 'off'),
  };
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return config;
}

function isCidr(range: string): boolean {
  const match = /^(.+)\/(\d{1,3})$/.exec(range);
  if (!match) return false;
  const family = isIP(match[1]!);
  return family !== 0 && Number(match[2]) <= (family === 4 ? 32 : 128);
}
