import { freshDatabase, type TestDatabase } from '@segl/test-kit/databases';
import { type SeglProcess, startSegl } from '@segl/test-kit/segl-process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp } from '../../packages/server/src/app.ts';
import { readConfig } from '../../packages/server/src/kernel/config/settings.ts';
import { createLog } from '../../packages/server/src/kernel/log/log.ts';

/** First segments under which the API lives. */
const GROUPS = [
  'oauth',
  'signature',
  'notification',
  'identification',
  'information',
  'admin',
  'jwt',
  'text',
  'merchant',
  'validation',
  'resources',
  'share',
  'audit',
];

/** Everything else that the host answers: second OAuth addresses, operations, web apps, downloads, trust service, tests. */
const OTHERS = [
  ...['connect', '.well-known', 'health', 'openapi.json', 'docs', 'start', 'init', 's', 'd', 'app', 'theme-preview'],
  ...['id', 'static', 'branding', 'dl', 'dashboard', 'onboard', 'api', 'status', 'trust', 'test'],
];

const firstSegment = (path: string) => path.split('/')[1]!;

describe('addresses', () => {
  let segl: SeglProcess;
  let paths: string[];

  beforeAll(async () => {
    segl = await startSegl();
    const contract = (await (await fetch(`${segl.url}/openapi.json`)).json()) as { paths: object };
    paths = Object.keys(contract.paths);
  });
  afterAll(() => segl?.remove());

  const codeOf = async (path: string) => {
    const answer = await fetch(segl.url + path);
    const body = (await answer.json().catch(() => ({}))) as { code?: string };
    return [answer.status, body.code];
  };

  it('ENV-4: every operation is of a group, whose path begins at the root, but for the test clock', () => {
    expect(paths.length).toBeGreaterThan(10);
    expect(paths.filter((path) => !GROUPS.includes(firstSegment(path)))).toEqual(['/test/clock']);
  });

  it('ENV-4: every group that has operations asks for a token there', async () => {
    const groups = new Map(paths.map((path) => [firstSegment(path), path]));
    expect([...groups.keys()]).toEqual(expect.arrayContaining(['signature', 'notification', 'admin']));
    for (const path of groups.values()) {
      const answer = await fetch(segl.url + path.replaceAll(/\{[^}]*\}/g, '1'), { method: 'GET' });
      expect([401, 405], path).toContain(answer.status);
    }
  });

  it('ENV-5: no path has a version but /identification/v2', async () => {
    const versioned = paths.filter((path) => /(^|\/)v\d+(\/|$)/i.test(path));
    expect(versioned.filter((path) => !path.startsWith('/identification/v2/'))).toEqual([]);
    for (const path of [
      '/v1/signature/documents/summary',
      '/signature/v1/documents/summary',
      '/v2/admin/oauthclient/list',
    ]) {
      expect(await codeOf(path)).toEqual([404, 'route_not_found']);
    }
  });

  it.each([
    ['/.well-known/openid-configuration', 200],
    ['/.well-known/jwks', 200],
    ['/health/live', 200],
    ['/health/ready', 200],
    ['/health/metrics', 200],
    ['/openapi.json', 200],
    ['/docs', 200],
    ['/start', 404],
    ['/init', 404],
    ['/d/x', 404],
    ['/app/v1/session', 401],
    ['/trust/root.cer', 200],
    ['/test/inbox', 200],
    ['/connect/token', 405],
  ])('ENV-7: %s answers %i', async (path, status) => {
    // 404 where no such link was ever sent.
    const [answered, code] = await codeOf(path);
    expect([answered, code === 'route_not_found']).toEqual([status, false]);
  });

  it.each(['/nothing', '/api', '/Signatures', '/swagger', '/trusted/root.cer'])(
    'ENV-7: nothing is at %s',
    async (path) => {
      expect(await codeOf(path)).toEqual([404, 'route_not_found']);
    },
  );
});

describe('the routes of the whole server', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await freshDatabase('embedded');
  });

  it('ENV-7: each is of a group or of the other addresses of the host', async () => {
    const { dataDir } = database.location;
    const config = readConfig({ SEGL_DATA_DIR: dataDir, SEGL_SIMULATORS: 'off' });
    const app = await buildApp(config, database, createLog('silent'));
    try {
      await app.http.ready();
      const tree = app.http.printRoutes({ commonPrefix: false });
      const tops = [...tree.matchAll(/^[├└]── \/([^/ ]+)/gm)].map((match) => match[1]!);
      expect(new Set(tops).size).toBeGreaterThan(12);
      expect(tops.filter((top) => ![...GROUPS, ...OTHERS].includes(top))).toEqual([]);
    } finally {
      // The database is closed with it.
      await app.close();
    }
  });
});
