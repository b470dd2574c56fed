import Type, { type Static } from 'typebox';
import { Base64, DateTime, Dictionary, Guid, stringEnum, Text } from '../../kernel/contract/primitives.ts';

const optional = Type.Optional;

export const TEMPLATE_LANGUAGES = ['en', 'no', 'sv', 'da', 'fi'] as const;
export type TemplateLanguage = (typeof TEMPLATE_LANGUAGES)[number];

export const COVER_PAGE_SETTINGS = ['FIRSTPAGE', 'LASTPAGE', 'HIDDEN'] as const;

export const TEMPLATE_SAMPLES = ['SINGEL_BANKID_NO', 'SINGEL_BANKID_SV', 'SINGEL_NEMID', 'MULTI_3_SIGNERS'] as const;
export type TemplateSample = (typeof TEMPLATE_SAMPLES)[number];

const Sample = stringEnum(TEMPLATE_SAMPLES, {
  description: 'Signatures to show where none are sent; SINGEL_BANKID_NO when left out.',
  aliases: {
    SINGLE_BANKID_NO: 'SINGEL_BANKID_NO',
    SINGLE_BANKID_SV: 'SINGEL_BANKID_SV',
    SINGLE_NEMID: 'SINGEL_NEMID',
  },
});

const MAX_HTML = 500_000;
const Html = (description: string) => Text({ maxLength: MAX_HTML, description });

/** One text per language. */
const perLanguage = <Value extends ReturnType<typeof Html> | ReturnType<typeof Dictionary>>(
  value: Value,
  description: string,
) =>
  optional(
    Type.Object(
      { en: optional(value), no: optional(value), sv: optional(value), da: optional(value), fi: optional(value) },
      { description },
    ),
  );

const settings = {
  CoverPageSetting: optional(
    stringEnum(COVER_PAGE_SETTINGS, {
      description:
        'Whether the page that lists the signers comes before the document, behind it, or not at all; FIRSTPAGE when left out.',
    }),
  ),
  AddListOfSignaturesOnLastPageOfExistingPDF: optional(
    Type.Boolean({ description: 'Draws the names of the signers at the foot of the last page. Not available yet.' }),
  ),
  CoverPageHtml: optional(
    Html(
      'Mustache template of the cover page in HTML, also in base64; the built-in one when left out. An element with data-signer="{{index}}" is the place of the signature field of that signer.',
    ),
  ),
  DetailsPageHtml: perLanguage(
    Html('Template in this language.'),
    'Mustache templates of the pages with details, by language; the built-in ones when left out.',
  ),
  VerifiedTemplate: perLanguage(
    Text({ maxLength: 500, description: 'Text in this language; {page} and {pages} become numbers.' }),
    'Text at the foot of each page that is added, by language.',
  ),
  Labels: perLanguage(
    Dictionary(Type.String({ maxLength: 2000 }), { description: 'Texts in this language, by key.' }),
    'Texts that templates use, by language, over the built-in ones.',
  ),
  IncludeLogo: optional(Type.Boolean({ description: 'Whether templates get a logo; true when left out.' })),
  TimeZone: optional(
    Text({
      maxLength: 100,
      description: 'Zone of the times, by its Windows id or as IANA names it; W. Europe Standard Time when left out.',
    }),
  ),
  LogoSourceUrl: optional(
    Text({
      maxLength: 2000,
      description: 'https address of the logo, PNG or JPEG of at most 1 MB. It is fetched when the template is saved.',
    }),
  ),
};

const Name = Text({ minLength: 1, maxLength: 100, description: 'Name of the template, unique within the account.' });

export const CreatePdfTemplate = Type.Object({ Name, ...settings });
export type CreatePdfTemplate = Static<typeof CreatePdfTemplate>;

export const UpdatePdfTemplate = Type.Object({ Name, ...settings });

export const PdfTemplate = Type.Object({
  Id: Guid({ description: 'Id of the template.' }),
  Name,
  LastEdited: optional(DateTime({ description: 'When it was last saved.' })),
  ...settings,
});
export type PdfTemplate = Static<typeof PdfTemplate>;

export const PdfTemplateListItem = Type.Object({
  Id: Guid({ description: 'Id of the template.' }),
  Name,
  LastEdited: optional(DateTime({ description: 'When it was last saved.' })),
});

const shown = {
  PrimaryLanguage: stringEnum(TEMPLATE_LANGUAGES, { description: 'Language of the pages.' }),
  SecondaryLanguage: optional(
    stringEnum(TEMPLATE_LANGUAGES, { description: 'A second language, in which texts stand beside the first.' }),
  ),
  XmlSignature: optional(Base64({ description: 'A standard package in base64, whose signatures are shown.' })),
};

export const TemplateWithIdPreview = Type.Object(shown);
export type TemplateWithIdPreview = Static<typeof TemplateWithIdPreview>;

export const TemplatePreview = Type.Object({
  PdfTemplate: Type.Object(
    {
      Id: optional(Guid({ description: 'Ignored.' })),
      LastEdited: optional(DateTime({ description: 'Ignored.' })),
      Name: optional(Name),
      ...settings,
    },
    { description: 'The template to look at.' },
  ),
  ...shown,
});
export type TemplatePreview = Static<typeof TemplatePreview>;

export const TemplateParams = Type.Object({ id: Guid({ description: 'Id of the template.' }) });
export const TemplateQuery = Type.Object({
  accountId: optional(Guid({ description: 'Whose template; the account of the token when left out.' })),
});
export type TemplateQuery = Static<typeof TemplateQuery>;
export const PreviewQuery = Type.Object({ ...TemplateQuery.properties, xmlTemplate: optional(Sample) });
export type PreviewQuery = Static<typeof PreviewQuery>;
export const DataSourceQuery = Type.Object({
  ...PreviewQuery.properties,
  xmlTempalte: optional(Sample),
});
export type DataSourceQuery = Static<typeof DataSourceQuery>;
export const DetailsQuery = Type.Object({
  language: stringEnum(TEMPLATE_LANGUAGES, { description: 'Language of the template.' }),
});
