import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import type { EidOutcome } from '../eid/index.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';
import { openSignedNumber } from './national-number.ts';
import { NORDBANK, SignatureUnderTest, SJOBANK, testSigner } from './signature.testing.ts';
import { findDocument } from './store.ts';

const NUMBER = '05128938534';
const TOLD = { value: NUMBER, countryCode: 'NO' };

describeOnEachDatabase('national numbers', (open) => {
  let signature: SignatureUnderTest;
  let isPermitted = true;

  beforeAll(async () => {
    signature = await SignatureUnderTest.start(await open(), {
      hasProduct: async (accountId, product) => product !== 'ssn' || (isPermitted && accountId === NORDBANK),
      requireFeatures: async ({ accountId }, features) => {
        const ssn = features.find(({ product }) => product === 'ssn');
        if (!ssn || (isPermitted && accountId === NORDBANK)) return;
        throw new SeglError(402, 'not_in_subscription', ssn.field);
      },
    });
  });
  afterAll(() => signature.stop());
  beforeEach(() => {
    isPermitted = true;
    signature.eid.answer = () => {
      const outcome = signature.eid.completed('Kari Nordmann') as Extract<EidOutcome, { result: 'completed' }>;
      // What an eID tells, wanted or not.
      return { ...outcome, person: { ...outcome.person, nationalNumber: TOLD } };
    };
  });

  const ASKED = { advanced: { getSocialSecurityNumber: true } };
  async function signed(changes: Record<string, unknown>): Promise<{ documentId: string; signerId: string }> {
    const { body } = await signature.create(changes);
    expect((await signature.sign(body.signers[0].url)).body.outcome).toBe('signed');
    return { documentId: body.documentId, signerId: body.signers[0].id };
  }
  const read = async (documentId: string, tail = '') =>
    (await signature.api('GET', `/signature/documents/${documentId}${tail}`)).body;
  const audit = (documentId: string) =>
    signature.query<{ action: string; actor: string; details: unknown }>(
      `select action, actor_client_id as actor, details from audit_entries where target_id = $1`,
      [documentId],
    );

  it.each<[string, Record<string, unknown>, boolean]>([
    ['the document', ASKED, true],
    ['the signer', { signers: [testSigner('kari', { getSocialSecurityNumber: true })] }, true],
    ['nobody', {}, false],
  ])('are asked of the eID, kept and answered when asked for: for %s', async (_who, changes, asked) => {
    const { documentId, signerId } = await signed(changes);
    expect(signature.eid.started.at(-1)?.wantsNationalNumber ?? false).toBe(asked);
    const wanted = asked ? TOLD : undefined;
    expect((await read(documentId)).signers[0].documentSignature.socialSecurityNumber).toEqual(wanted);
    expect((await read(documentId, '/signers'))[0].documentSignature.socialSecurityNumber).toEqual(wanted);
    const one = await read(documentId, `/signers/${signerId}`);
    expect(one.documentSignature.socialSecurityNumber).toEqual(wanted);
    const entry = { action: 'document.national_number_read', actor: 'client', details: { signerIds: [signerId] } };
    expect(await audit(documentId)).toEqual(asked ? [entry, entry, entry] : []);
    const products = (await signature.units((await read(documentId)).externalId)).map(({ product }) => product);
    // Read three times and more, and charged once.
    expect(products.sort()).toEqual(asked ? ['SIGN', 'SSN'] : ['SIGN']);
    const [row] = await signature.query<{ kept: boolean }>(
      'select national_number_sealed is not null as kept from signatures where document_id = $1',
      [documentId],
    );
    expect(row!.kept).toBe(asked);
  });

  it('are nowhere but there: not in summaries, lists, status, events, evidence, or readable in the database', async () => {
    const { documentId } = await signed(ASKED);
    const elsewhere = await Promise.all([
      read(documentId, '/summary'),
      read(documentId, '/status'),
      signature.api('GET', '/signature/documents/summary').then((answer) => answer.body),
      signature.query('select payload from events where document_id = $1', [documentId]),
      signature.query('select data from evidence_entries where document_id = $1', [documentId]),
      signature.query('select s::text from signatures s where document_id = $1', [documentId]),
      signature.query('select d::text from documents d where id = $1', [documentId]),
      audit(documentId),
    ]);
    expect(JSON.stringify(elsewhere)).not.toContain(NUMBER);
    expect(await audit(documentId)).toEqual([]);
  });

  it('are kept for the signed file alone when they are only to be printed', async () => {
    const request = signature.request();
    const padesSettings = { includeSsnInPades: true };
    const { documentId, signerId } = await signed({
      dataToSign: { ...(request.dataToSign as object), packaging: { padesSettings } },
    });
    expect(signature.eid.started.at(-1)?.wantsNationalNumber).toBe(true);
    expect((await read(documentId)).signers[0].documentSignature).not.toHaveProperty('socialSecurityNumber');
    const document = (await findDocument(signature.deps.database, documentId))!;
    const kept = document.signatures.map((one) => openSignedNumber(signature.deps.nationalNumberBox, documentId, one));
    expect([signerId, kept]).toEqual([document.signatures[0]!.signerId, [TOLD]]);
  });

  it('are sealed for one signature, under another key than other columns', async () => {
    const { documentId } = await signed(ASKED);
    const [row] = await signature.query<{ sealed: Buffer; signer_id: string }>(
      'select national_number_sealed as sealed, signer_id from signatures where document_id = $1',
      [documentId],
    );
    const aad = `signature ${documentId} ${row!.signer_id}`;
    const { box, nationalNumberBox } = signature.deps;
    expect(JSON.parse(nationalNumberBox.decrypt(row!.sealed, aad).toString())).toEqual(TOLD);
    expect(() => box.decrypt(row!.sealed, aad)).toThrow();
    expect(() => nationalNumberBox.decrypt(row!.sealed, `signature ${documentId} other`)).toThrow();
  });

  it('are not answered any more when the account has lost the permission, and then nothing was read', async () => {
    const { documentId } = await signed(ASKED);
    isPermitted = false;
    const answer = await read(documentId);
    expect(answer.signers[0].documentSignature.fullName).toBe('Kari Nordmann');
    expect(answer.signers[0].documentSignature).not.toHaveProperty('socialSecurityNumber');
    expect(await audit(documentId)).toEqual([]);
  });

  it('are not answered while it cannot be written down who reads them', async () => {
    const { documentId } = await signed(ASKED);
    const { writeAudit } = signature.deps;
    signature.deps.writeAudit = async () => {
      throw new Error('no audit');
    };
    const answer = await signature.api('GET', `/signature/documents/${documentId}`);
    signature.deps.writeAudit = writeAudit;
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain(NUMBER);
  });

  const PADES = { dataToSign: { packaging: { padesSettings: { includeSsnInPades: true } } } };
  it.each<[string, Record<string, unknown>, string]>([
    ['the document', ASKED, 'advanced.getSocialSecurityNumber'],
    [
      'a signer',
      { signers: [testSigner('kari', { getSocialSecurityNumber: true })] },
      'signers[0].getSocialSecurityNumber',
    ],
    ['the signed file', PADES, 'dataToSign.packaging.padesSettings.includeSsnInPades'],
  ])('402 without the permission: for %s', async (_what, changes, field) => {
    const request = signature.request();
    const body = {
      ...request,
      ...changes,
      dataToSign: { ...(request.dataToSign as object), ...(changes.dataToSign as object | undefined) },
    };
    const answer = await signature.api('POST', '/signature/documents', { body, accountId: SJOBANK });
    expect([answer.status, answer.body.code, answer.body.message]).toEqual([402, 'not_in_subscription', field]);
    expect((await signature.api('POST', '/signature/documents', { body })).status).toBe(201);
  });

  it('can be asked for later, until somebody has signed, and by who may', async () => {
    const { body } = await signature.create({}, ['kari', 'ola-n']);
    const path = `/signature/documents/${body.documentId}`;
    isPermitted = false;
    expect((await signature.api('PATCH', path, { body: ASKED })).status).toBe(402);
    const signer = `${path}/signers/${body.signers[0].id}`;
    expect((await signature.api('PATCH', signer, { body: { getSocialSecurityNumber: true } })).status).toBe(402);
    isPermitted = true;
    expect((await signature.api('PATCH', signer, { body: { getSocialSecurityNumber: true } })).status).toBe(200);
    for (const { url } of body.signers) await signature.sign(url);
    const signers = (await read(body.documentId)).signers as {
      documentSignature: { socialSecurityNumber?: unknown };
    }[];
    expect(signers.map((one) => one.documentSignature.socialSecurityNumber)).toEqual([TOLD, undefined]);
    expect((await signature.api('PATCH', path, { body: ASKED })).body.code).toBe('document_closed');
  });

  it('go with the document', async () => {
    const { documentId } = await signed(ASKED);
    await signature.api('DELETE', `/signature/documents/${documentId}`);
    expect(await signature.query('select 1 from signatures where document_id = $1', [documentId])).toEqual([]);
  });
});
