import Type, { type Static } from 'typebox';
import { Base64, Guid, Text } from '../../kernel/contract/primitives.ts';

const accountId = Type.Optional(Guid({ description: 'Account that is meant; that of the token when left out.' }));
const fileName = Type.Optional(Text({ maxLength: 255, description: 'Name of the file; without effect.' }));
const logo = Base64({
  description: 'PNG, JPEG, GIF, WebP or SVG of at most 2 MB in base64. It is kept as PNG of at most 400 × 160 pixels.',
});

export const AccountLogo = Type.Object({ AccountId: accountId, Base64EncodedLogo: logo, FileName: fileName });
export type AccountLogo = Static<typeof AccountLogo>;

export const DealerLogo = Type.Object({
  DealerId: Type.Optional(Guid({ description: 'Dealer that is meant; that of the address.' })),
  Base64EncodedLogo: logo,
  FileName: fileName,
});
export type DealerLogo = Static<typeof DealerLogo>;

export const LogoAddress = Type.String({ description: 'Public address of the logo.' });

export const AdminStyling = Type.Object({
  AccountId: accountId,
  Base64EncodedCssData: Type.Optional(
    Base64({ description: 'CSS of at most 200 kB in base64; nothing removes the style sheet that is there.' }),
  ),
  FileName: fileName,
});
export type AdminStyling = Static<typeof AdminStyling>;

export const StylingAddress = Type.Object({
  CssUrl: Type.Optional(Type.String({ description: 'Public address of the style sheet.' })),
});
