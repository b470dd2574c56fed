import { createHash } from 'node:crypto';

const givenNames = [
  'Ane',
  'Aslak',
  'Berit',
  'Eirik',
  'Frøydis',
  'Gaute',
  'Hedda',
  'Iver',
  'Jorunn',
  'Ketil',
  'Live',
  'Magnus',
  'Nora',
  'Odd',
  'Ragnhild',
  'Sindre',
  'Tuva',
  'Vidar',
  'Ylva',
  'Åse',
];
const secondNames = ['', '', '', 'Marie', 'Johan', 'Sofie', 'Elias'];
const familyNames = [
  'Bakke',
  'Dahl',
  'Eide',
  'Fjellstad',
  'Granli',
  'Haugen',
  'Kvam',
  'Lie',
  'Moen',
  'Nordahl',
  'Rognes',
  'Sjøli',
  'Tangen',
  'Ulvestad',
  'Vik',
  'Østby',
  'Åmodt',
];

/** A name for somebody who does not exist; the same number always has the same one. */
export function inventName(number: string): { givenName: string; familyName: string } {
  const hash = createHash('sha256').update(`name ${number}`).digest();
  const secondName = pick(secondNames, hash.readUInt32BE(4));
  return {
    givenName: [pick(givenNames, hash.readUInt32BE(0)), secondName].filter(Boolean).join(' '),
    familyName: pick(familyNames, hash.readUInt32BE(8)),
  };
}

function pick<Item>(list: readonly Item[], number: number): Item {
  return list[number % list.length]!;
}
