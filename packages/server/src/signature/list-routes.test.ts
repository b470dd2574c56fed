import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import { MECHANISMS, SIGNATURE_METHODS } from './contract/document.ts';
import { listAccountMethods } from './list-signature-methods.ts';
import { METHOD, SignatureUnderTest } from './signature.testing.ts';

describeOnEachDatabase('what there is to choose from', (open) => {
  let signature: SignatureUnderTest;

  beforeAll(async () => {
    signature = await SignatureUnderTest.start(await open());
  });
  afterAll(() => signature.stop());

  const types = async (path: string, caller = {}) =>
    (await signature.api('GET', `/signature/${path}`, caller)).body.map((one: { type: string }) => one.type);

  it.each([
    ['/signature/status/ping', { status: 'ok' }],
    ['/signature/themes/list/spinners', ['Document', 'Classic', 'Cubes', 'Bounce']],
    [
      '/signature/themes/list/themes',
      'Default Black Blue Cyan Dark Lime Neutral Pink Purple Red Teal Indigo LightBlue DeepPurple Green LightGreen Yellow Amber Orange DeepOrange Brown Gray BlueGray'.split(
        ' ',
      ),
    ],
  ])('%s is answered without a token', async (path, body) => {
    const answer = await signature.call('GET', path);
    expect([answer.status, answer.body]).toEqual([200, body]);
  });

  it.each([
    ['?theme=amber&mode=dark&spinner=cubes', { colorTheme: 'Amber', themeMode: 'Dark', spinner: 'Cubes' }],
    ['', { colorTheme: 'Default', themeMode: 'Default', spinner: 'Document' }],
    ['?theme=</script>&theme=x&mode=Mauve', { colorTheme: 'Default', themeMode: 'Default', spinner: 'Document' }],
  ])('a theme is shown on a page that needs no token and no frame may have: %j', async (query, theme) => {
    const { status, text, headers } = await signature.call('GET', `/theme-preview${query}`);
    const boot = JSON.parse(/<script>(.*)<\/script>/.exec(text)![1]!);
    expect([status, boot.state, boot.theme, boot.bootCode]).toEqual([200, 'theme_preview', theme, null]);
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
  });

  it.each(['/signature/signature-methods', '/signature/signature-methods/account'])('%s needs one', async (path) => {
    const answer = await signature.call('GET', path);
    expect([answer.status, answer.body.code]).toEqual([401, 'missing_token']);
  });

  it('lists every method that a request may name, with its words', async () => {
    const answer = await signature.api('GET', '/signature/signature-methods');
    expect(answer.body.map((one: { type: string }) => one.type).sort()).toEqual(
      SIGNATURE_METHODS.filter((method) => method !== 'unknown').sort(),
    );
    const word = expect.stringMatching(/\S/);
    for (const item of answer.body) expect(item).toEqual({ type: word, name: word, description: word });
  });

  it('describes methods in the language asked for, and in English where there is no other', async () => {
    const [english, norwegian, finnish] = await Promise.all(
      ['', '?language=NO', '?language=FI'].map(
        async (query) => (await signature.api('GET', `/signature/signature-methods${query}`)).body,
      ),
    );
    expect(finnish).toEqual(english);
    const by = (list: { type: string; description: string }[]) => list.find((one) => one.type === 'mitid')?.description;
    expect([by(english), by(norwegian)]).toEqual([
      'Danish MitID with the app or a code display.',
      'Dansk MitID med appen eller kodeviser.',
    ]);
  });

  // The table of file formats, column by column.
  it.each([
    ['pdf', 'dk_nemid itsme mitid no_bankid no_bankid_csc no_bankid_netcentric no_buypass no_commfides se_bankid'],
    ['txt', 'dk_nemid mitid no_bankid no_bankid_mobile no_bankid_netcentric no_buypass no_commfides se_bankid'],
    ['html', 'dk_nemid'],
    ['xml', 'dk_nemid no_bankid no_bankid_netcentric'],
  ])('signing eIDs for %s files', async (fileType, methods) => {
    const found = await types(`signature-methods?mechanism=PkiSignature&fileType=${fileType}`);
    expect(found.sort().join(' ')).toBe(methods);
  });

  it.each(MECHANISMS.filter((one) => one !== 'pkisignature'))(
    '%s takes any method, for pdf and txt',
    async (mechanism) => {
      const all = SIGNATURE_METHODS.length - 1;
      const count = async (fileType: string) =>
        (await types(`signature-methods?mechanism=${mechanism}&fileType=${fileType}`)).length;
      expect(await Promise.all(['pdf', 'txt', 'html', 'xml'].map(count))).toEqual([all, all, 0, 0]);
    },
  );

  it('with attachments to sign, only those that sign PDF files', async () => {
    const query = 'signature-methods?mechanism=pkisignature&fileType=txt';
    const without = await types(query);
    const attaching = await types(`${query}&signableAttachments=true`);
    expect(without.filter((method: string) => !attaching.includes(method))).toEqual(['no_bankid_mobile']);
  });

  describe('of the account', () => {
    it('only what the instance offers in its environment', async () => {
      expect(await types('signature-methods/account')).toEqual([METHOD]);
      expect(listAccountMethods(signature.deps, { environment: 'prod' }, {}).body).toEqual([]);
    });

    it.each([
      ['mechanism=pkisignature', true],
      ['fileType=pdf&signableAttachments=true', true],
      ['mechanism=handwritten', true],
      ['mechanism=handwritten&fileType=html', false],
      ['fileType=xml', false],
    ])('agrees with what a document may ask for: %s', async (query, offered) => {
      expect((await types(`signature-methods/account?${query}`)).length > 0).toBe(offered);
    });
  });

  it('names values that a filter does not know', async () => {
    const answer = await signature.api('GET', '/signature/signature-methods?mechanism=pen&fileType=doc');
    expect([answer.status, answer.body.errors.map((one: { field: string }) => one.field).sort()]).toEqual([
      400,
      ['fileType', 'mechanism'],
    ]);
  });
});
