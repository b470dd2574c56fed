import Type, { type Static } from 'typebox';
import { stringEnum, Text } from '../../kernel/contract/primitives.ts';
import { MECHANISMS, SIGNATURE_METHODS } from './document.ts';
import { COLOR_THEMES, SPINNERS } from './signing-page.ts';

/** Accepted like any other, but not among those that callers are offered. */
const UNLISTED_THEMES: readonly string[] = ['OceanGreen', 'GreenOcean'];
export const LISTED_THEMES = COLOR_THEMES.filter((theme) => !UNLISTED_THEMES.includes(theme));

export const Ping = Type.Object({ status: stringEnum(['ok'], { description: 'Always ok.' }) });
export const Themes = Type.Array(stringEnum(LISTED_THEMES), { description: 'Values of ui.styling.colorTheme.' });
export const Spinners = Type.Array(stringEnum(SPINNERS), { description: 'Values of ui.styling.spinner.' });

export const FILE_TYPES = ['pdf', 'txt', 'xml', 'html'] as const;
export type FileType = (typeof FILE_TYPES)[number];

export const SignatureMethodQuery = Type.Object({
  mechanism: Type.Optional(stringEnum(MECHANISMS, { description: 'Only those with which one can sign in this way.' })),
  fileType: Type.Optional(stringEnum(FILE_TYPES, { description: 'Only those that can sign a file of this type.' })),
  language: Type.Optional(
    Text({ maxLength: 10, description: 'Language of the descriptions, two letters; English where there is no other.' }),
  ),
  signableAttachments: Type.Optional(
    Type.Boolean({ description: 'true: only those that can sign attachments too, which are PDF files.' }),
  ),
});
export type SignatureMethodQuery = Static<typeof SignatureMethodQuery>;

export const SignatureMethodItem = Type.Object({
  type: stringEnum(SIGNATURE_METHODS, { description: 'The value of signatureType.signatureMethods.' }),
  name: Type.String({ description: 'Name, as signers know it.' }),
  description: Type.String({ description: 'What it is, in a sentence.' }),
  logoUrl: Type.Optional(Type.String({ description: 'Address of its logo, where there is one.' })),
});
export const SignatureMethodList = Type.Array(SignatureMethodItem, { description: 'The methods.' });
