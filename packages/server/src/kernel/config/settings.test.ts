import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig, SETTINGS } from './settings.ts';

const KEY = Buffer.alloc(32, 7).toString('base64');

function mistakes(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
}

describe('the configuration', () => {
  it('needs nothing: everything has its default', () => {
    expect(readConfig({})).toMatchObject({
      port: 8642,
      host: '0.0.0.0',
      publicUrl: 'http://localhost:8642',
      databaseUrl: undefined,
      clientId: undefined,
      role: 'all',
      throttle: true,
      requireHttps: false,
      accessTokenAlgorithm: 'RS256',
      maxBodyBytes: 37_748_736,
      maxDocumentBytes: 26_214_400,
      simulators: 'on',
      simulatorsPort: 8643,
      simulatorsUrl: 'http://localhost:8643',
      trustUrl: 'http://localhost:8642/trust',
      timeStampPolicy: 'queue',
    });
  });

  it('the defaults follow port and public URL', () => {
    const config = readConfig({ SEGL_PORT: '9000', SEGL_PUBLIC_URL: 'https://sign.example.com/' });
    expect(config).toMatchObject({
      publicUrl: 'https://sign.example.com',
      simulatorsPort: 9001,
      simulatorsUrl: 'http://sign.example.com:9001',
      // CRL, OCSP and time-stamp clients use http.
      trustUrl: 'http://sign.example.com/trust',
    });
    expect(readConfig({ SEGL_PORT: '65535' }).simulatorsPort).toBe(65_534);
  });

  it('ENV-6: default ports and trailing slashes are left out of links', () => {
    expect(readConfig({ SEGL_PUBLIC_URL: 'https://api.example.com:443/base//' }).publicUrl).toBe(
      'https://api.example.com/base',
    );
    expect(readConfig({ SEGL_PUBLIC_URL: 'http://API.example.com:80' }).publicUrl).toBe('http://api.example.com');
  });

  it('an empty or blank setting is none; words are taken in any case', () => {
    expect(
      readConfig({ SEGL_PORT: ' ', SEGL_DATABASE_URL: '', SEGL_TOKEN_ALGORITHM: 'eddsa', SEGL_THROTTLE: 'OFF' }),
    ).toMatchObject({
      port: 8642,
      databaseUrl: undefined,
      accessTokenAlgorithm: 'EdDSA',
      throttle: false,
    });
  });

  it.each([
    ['SEGL_PORT', '0'],
    ['SEGL_PORT', '65536'],
    ['SEGL_PORT', '80.5'],
    ['SEGL_PORT', '0x50'],
    ['SEGL_PORT', '1e3'],
    ['SEGL_PORT', 'http'],
    ['SEGL_MAX_BODY_BYTES', '100'],
    ['SEGL_SEALING_THREADS', '-1'],
    ['SEGL_PUBLIC_URL', 'sign.example.com'],
    ['SEGL_PUBLIC_URL', 'ftp://sign.example.com'],
    ['SEGL_PUBLIC_URL', 'https://user@sign.example.com'],
    ['SEGL_PUBLIC_URL', 'https://:secret@sign.example.com'],
    ['SEGL_PUBLIC_URL', 'https://sign.example.com/?a=1'],
    ['SEGL_PUBLIC_URL', 'https://sign.example.com/#a'],
    ['SEGL_DATABASE_URL', 'mysql://localhost/segl'],
    ['SEGL_CLIENT_ID', 'T00000000000000000000000000000000'],
    ['SEGL_CLIENT_ID', 'p00000000000000000000000000000000'],
    ['SEGL_CLIENT_SECRET', 'short'],
    ['SEGL_THROTTLE', 'yes'],
    ['SEGL_ROLE', 'web'],
    ['SEGL_LOG_LEVEL', 'trace'],
    ['SEGL_TOKEN_ALGORITHM', 'HS256'],
    ['SEGL_MASTER_KEY', 'too short'],
    ['SEGL_MASTER_KEY', 'f'.repeat(64)],
    ['SEGL_MASTER_KEY', `${KEY.slice(0, 20)}!${KEY.slice(21)}`],
    ['SEGL_OUTBOUND_ALLOW', '10.0.0.1'],
    ['SEGL_OUTBOUND_ALLOW', '10.0.0.0/33'],
    ['SEGL_TRUSTED_PROXIES', '::1/129'],
    ['SEGL_TRUSTED_PROXIES', 'proxy.example.com/8'],
    ['SEGL_TSA_URL', 'tsa.example.com'],
    ['SEGL_SIMULATORS_PORT', '8642'],
    ['SEGL_TIMESTAMP_POLICY', 'ignore'],
    ['SEGL_PROT', '80'],
    ['SEGL_port', '80'],
  ])('refuses %s=%s by name', (name, value) => {
    const found = mistakes({ [name]: value });
    expect(found.length).toBeGreaterThan(0);
    for (const mistake of found) expect(mistake).toMatch(new RegExp(`^${name}: `));
  });

  it('tells all mistakes at once, and no secret', () => {
    const secret = 'not-the-right-form-but-secret';
    const found = mistakes({ SEGL_PORT: 'x', SEGL_ROLE: 'y', SEGL_CLIENT_SECRET: secret, SEGL_MASTER_KEY: secret });
    expect(found).toHaveLength(4);
    expect(new ConfigError(found).message).toContain('The configuration has 4 mistakes:');
    expect(new ConfigError(found).message).not.toContain(secret);
  });

  it('several processes need a database that they can share', () => {
    expect(mistakes({ SEGL_ROLE: 'worker' })[0]).toContain('SEGL_DATABASE_URL');
    expect(mistakes({ SEGL_ROLE: 'worker', SEGL_DATABASE_URL: 'postgresql://localhost/segl' })).toEqual([]);
  });

  it.each([
    ['SEGL_SEAL_KEY_FILE', 'SEGL_SEAL_CERTIFICATE_FILE'],
    ['SEGL_SIGNER_CA_KEY_FILE', 'SEGL_SIGNER_CA_CERTIFICATE_FILE'],
  ])('%s and %s come together', (key, certificate) => {
    expect(mistakes({ [key]: 'a.pem' })).toHaveLength(1);
    expect(mistakes({ [certificate]: 'a.pem' })).toHaveLength(1);
    expect(mistakes({ [key]: 'a.pem', [certificate]: 'b.pem' })).toEqual([]);
  });

  it('the address of a time-stamp service is used as it is, and needs its roots', () => {
    const url = 'https://tsa.example.com/stamp/?profile=a';
    const files = { SEGL_TSA_CERTIFICATE_FILE: 'roots.pem' };
    expect(readConfig({ SEGL_TSA_URL: url, ...files }).timeStampUrl).toBe(url);
    expect(mistakes({ SEGL_TSA_URL: url })[0]).toContain('SEGL_TSA_CERTIFICATE_FILE');
  });

  it('takes lists of ranges with blanks, and foreign variables', () => {
    expect(
      readConfig({ SEGL_TRUSTED_PROXIES: '10.0.0.0/8, fd00::/8,', PATH: '/bin', SEGL_TEST_POSTGRES_URL: 'x' })
        .trustedProxies,
    ).toEqual(['10.0.0.0/8', 'fd00::/8']);
  });

  it('every setting has a meaning for the reference', () => {
    for (const [name, { meaning }] of Object.entries(SETTINGS)) {
      expect([name, meaning.endsWith('.')]).toEqual([name, true]);
    }
  });
});
