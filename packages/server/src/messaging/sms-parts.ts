/** 3GPP TS 23.038 §6.2.1: the alphabet of SMS; of the second line each character takes the place of two. */
const BASIC =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
const EXTENDED = '^{}\\[~]|€';

/** How many SMS a text is sent and charged as: 160 characters in one, 153 in each of several; 70 and 67 with any others. */
export function smsParts(text: string): number {
  let places = 0;
  for (const character of text) {
    if (BASIC.includes(character)) places += 1;
    else if (EXTENDED.includes(character)) places += 2;
    else return partsOf(text.length, 70, 67);
  }
  return partsOf(places, 160, 153);
}

function partsOf(places: number, alone: number, each: number): number {
  return places <= alone ? 1 : Math.ceil(places / each);
}
