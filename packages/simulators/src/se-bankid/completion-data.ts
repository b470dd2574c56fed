import { createHash, randomBytes } from 'node:crypto';
import { signEnveloping, type XmlMarkup, xmlElement as xml } from '@segl/ades';
import type { Order } from './order-book.ts';
import type { SePerson } from './se-persons.ts';
import type { TestAuthority } from './test-authority.ts';

const namespace = 'http://www.bankid.com/signature/v1.0.0/types';
const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

/**
 * What a completed order answers: the person, and as proof an XML signature by the person's key over the texts of the
 * order, with an OCSP response whose nonce begins with the SHA-1 of that signature's base64.
 */
export async function createCompletionData(
  order: Order,
  person: SePerson,
  authority: TestAuthority,
  ipAddress: string,
) {
  const provider = await authority.enrol(person);
  const uhi = createHash('sha256').update(`device ${person.personalNumber}`).digest('base64').slice(0, 28);
  const signed = await signEnveloping({
    provider,
    object: signedData(order, uhi),
    objectId: 'bidSignedData',
    objectType: namespace,
    keyInfoId: 'bidKeyInfo',
  });
  const signature = signed.toString('base64');
  const nonce = Buffer.concat([createHash('sha1').update(signature, 'utf8').digest(), randomBytes(12)]);
  const ocspResponse = Buffer.from(await authority.answerOcsp(provider, nonce)).toString('base64');
  return {
    user: {
      personalNumber: person.personalNumber,
      name: `${person.givenName} ${person.surname}`,
      givenName: person.givenName,
      surname: person.surname,
    },
    device: { ipAddress, uhi },
    bankIdIssueDate: new Date().toISOString().slice(0, 10),
    stepUp: { mrtd: false },
    signature,
    ocspResponse,
    risk: 'low',
  };
}

function signedData(order: Order, uhi: string): XmlMarkup {
  const visible = order.userVisibleData;
  const hidden = order.userNonVisibleData;
  return xml(
    'bankIdSignedData',
    { xmlns: namespace, Id: 'bidSignedData' },
    ...(visible ? [xml('usrVisibleData', { charset: 'UTF-8', visible: 'wysiwys' }, visible)] : []),
    ...(hidden ? [xml('usrNonVisibleData', {}, hidden)] : []),
    xml(
      'srvInfo',
      {},
      xml('name', {}, base64('cn=Segl test,o=Testbank A AB (publ),c=SE')),
      xml('nonce', {}, randomBytes(20).toString('base64')),
      xml('displayName', {}, base64('Segl test')),
    ),
    xml(
      'clientInfo',
      {},
      xml('funcId', {}, order.kind === 'sign' ? 'Signing' : 'Identification'),
      xml('version', {}, base64('Segl simulator')),
      xml('env', {}, xml('ai', {}, xml('type', {}, base64('SIMULATOR')), xml('uhi', {}, uhi), xml('uauth', {}, 'pw'))),
    ),
  );
}
